/**
 * Where each judged answer of a query was found: what a reader asks of a bad score.
 */
import type { Hit } from '../../retrieval/hits/hit.ts';
import type { JudgedQuery } from '../inputs/judged-set.ts';
import { type DocumentKey, documentName } from './document-key.ts';
import { covers } from './ranked-grades.ts';

export interface FoundAnswer {
  /** `guides/install.md:12-40`, or the name of a document. */
  readonly name: string;
  readonly grade: number;
  /** Of the first hit that is it, from 1; null where none of the judged depth is. */
  readonly rank: number | null;
}

/** Pools of evaluations judge hundreds of documents a query. */
const mostAnswers = 20;

/** Those that answer anything, the best first. */
export function foundAnswers(
  judgements: NonNullable<JudgedQuery['judgements']>,
  hits: readonly Hit[],
  key: DocumentKey,
): FoundAnswer[] {
  const names = judgements.kind === 'documents' ? hits.map((hit) => documentName(hit, key)) : [];
  const all =
    judgements.kind === 'documents'
      ? [...judgements.grades].map(([name, grade]) => ({ name, grade, at: () => names.indexOf(name) }))
      : judgements.answers.map((answer) => ({
          name: placeName(answer),
          grade: answer.grade,
          at: () => hits.findIndex((hit) => covers(hit, answer)),
        }));
  return all
    .filter(({ grade }) => grade > 0)
    .toSorted((a, b) => b.grade - a.grade)
    .slice(0, mostAnswers)
    .map(({ name, grade, at }) => {
      const index = at();
      return { name, grade, rank: index === -1 ? null : index + 1 };
    });
}

/** `guides/install.md:12-40` */
export const placeName = ({ path, startLine, endLine }: Pick<Hit, 'path' | 'startLine' | 'endLine'>): string =>
  `${path}:${startLine}-${endLine}`;
