/**
 * What every measure is computed from: the grades of a ranking, place by place, and those of all that was judged.
 */
import type { Hit } from '../../retrieval/hits/hit.ts';
import type { Gain, PassageAnswer } from '../inputs/judged-set.ts';

export interface RankedGrades {
  /** Of rank 1, 2, ...; 0 where nothing relevant stands, or what stands there counted before. */
  readonly grades: readonly number[];
  /** All positive grades of the query, in any order. */
  readonly judged: readonly number[];
  readonly gain: Gain;
  /** Least grade that `hit@k` counts. */
  readonly hitGrade: number;
}

/** Documents in the order of their first hit. A document that nobody judged is not relevant. */
export function gradesOfDocuments(documents: readonly string[], grades: ReadonlyMap<string, number>): RankedGrades {
  return {
    grades: [...new Set(documents)].map((id) => Math.max(0, grades.get(id) ?? 0)),
    judged: [...grades.values()].filter((grade) => grade > 0),
    gain: 'linear',
    hitGrade: 1,
  };
}

type Place = Pick<Hit, 'path' | 'startLine' | 'endLine'>;

/** A grade of 2 answers fully; `hit@k` asks for it where the query has such an answer. */
const fullGrade = 2;

/** A hit counts for the best answer that it covers and that no hit before it counted for. */
export function gradesOfPassages(hits: readonly Place[], answers: readonly PassageAnswer[]): RankedGrades {
  const left = new Set(answers);
  const grades = hits.map((hit) => {
    const [best] = [...left].filter((answer) => covers(hit, answer)).toSorted((a, b) => b.grade - a.grade);
    if (best) left.delete(best);
    return best?.grade ?? 0;
  });
  return ofPassages(
    grades,
    answers.map(({ grade }) => grade),
  );
}

/** The hits reduced to their files (first occurrence), each with the best grade of its answers: whatever the chunks are. */
export function gradesOfFiles(hits: readonly Place[], answers: readonly PassageAnswer[]): RankedGrades {
  const best = new Map<string, number>();
  for (const { path, grade } of answers) best.set(path, Math.max(best.get(path) ?? 0, grade));
  const files = [...new Set(hits.map(({ path }) => path))];
  return ofPassages(
    files.map((path) => best.get(path) ?? 0),
    [...best.values()],
  );
}

const ofPassages = (grades: readonly number[], all: readonly number[]): RankedGrades => ({
  grades,
  judged: all.filter((grade) => grade > 0),
  gain: 'exponential',
  hitGrade: Math.min(fullGrade, Math.max(1, ...all)),
});

/** In the same file, over at least half of the shorter of the two line ranges. */
export function covers(hit: Place, { path, startLine, endLine }: PassageAnswer): boolean {
  if (hit.path !== path) return false;
  const common = Math.min(hit.endLine, endLine) - Math.max(hit.startLine, startLine) + 1;
  const shorter = Math.min(hit.endLine - hit.startLine, endLine - startLine) + 1;
  return common > 0 && common * 2 >= shorter;
}
