/**
 * Answers become scores: what each query got, place by place, and what that is worth.
 */
import type { Hit } from '../../retrieval/hits/hit.ts';
import { snippet } from '../../retrieval/hits/snippet.ts';
import type { JudgedQuery } from '../inputs/judged-set.ts';
import { type DocumentKey, documentName } from '../metrics/document-key.ts';
import { type FoundAnswer, foundAnswers, placeName } from '../metrics/found-answers.ts';
import type { Measure } from '../metrics/measures.ts';
import { gradesOfDocuments, gradesOfFiles, gradesOfPassages, type RankedGrades } from '../metrics/ranked-grades.ts';
import type { Answered, Failed } from './ask.ts';
import type { RunRanking } from './trec-run.ts';

export interface ReturnedHit {
  readonly name: string;
  readonly score: number;
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  /** The lines that share most words with the query, cut. */
  readonly snippet: string;
  /** What it counts for; 0 where it answers nothing, or what it answers was counted before. Null: nobody judged. */
  readonly grade: number | null;
}

interface QueryIdentity {
  readonly id: string;
  readonly text: string;
  readonly category?: string;
  readonly collection?: string;
}

/** Only `scored` has scores, so that nothing can average a failure. */
export type QueryResult = QueryIdentity &
  (
    | {
        readonly state: 'scored';
        readonly scores: Readonly<Record<string, number>>;
        readonly hits: readonly ReturnedHit[];
        /** Judged answers, the best first, with the rank of each among all hits that were judged. */
        readonly answers: readonly FoundAnswer[];
      }
    | { readonly state: 'unjudged'; readonly hits: readonly ReturnedHit[] }
    | { readonly state: 'failed'; readonly error: Failed['error'] }
  );

export type ScoredResult = Extract<QueryResult, { state: 'scored' }>;

/** Of queries that have a score, in their order. */
export const scoresBy = (results: readonly QueryResult[], measure: string): number[] =>
  results.flatMap((one) => (one.state === 'scored' ? [one.scores[measure] ?? 0] : []));

export interface Scoring {
  readonly measures: readonly Measure[];
  readonly documentKey: DocumentKey;
  /** Hits that a report keeps of each query. */
  readonly keptHits: number;
}

export function scoreAnswer(query: JudgedQuery, outcome: Answered | Failed, scoring: Scoring): QueryResult {
  const { id, text, category, collection, judgements } = query;
  const identity = {
    id,
    text,
    ...(category !== undefined && { category }),
    ...(collection !== undefined && { collection }),
  };
  if (outcome.state === 'failed') return { ...identity, state: 'failed', error: outcome.error };
  const { hits } = outcome.response;
  if (!judgements) return { ...identity, state: 'unjudged', hits: returned(query, hits, scoring, null) };
  const ranked = gradesOf(judgements, hits, scoring.documentKey);
  const scores = Object.fromEntries(
    scoring.measures.map(({ name, view, score }) => [name, score(view === 'files' ? ranked.files : ranked.hits)]),
  );
  return {
    ...identity,
    state: 'scored',
    scores,
    hits: returned(query, hits, scoring, ranked.byHit),
    answers: foundAnswers(judgements, hits, scoring.documentKey),
  };
}

interface Grades {
  readonly hits: RankedGrades;
  readonly files: RankedGrades;
  /** Of each hit, repeats of a document counted as nothing. */
  readonly byHit: readonly number[];
}

export function gradesOf(
  judgements: NonNullable<JudgedQuery['judgements']>,
  hits: readonly Hit[],
  key: DocumentKey,
): Grades {
  if (judgements.kind === 'passages') {
    const passages = gradesOfPassages(hits, judgements.answers);
    return { hits: passages, files: gradesOfFiles(hits, judgements.answers), byHit: passages.grades };
  }
  const names = hits.map((hit) => documentName(hit, key));
  const documents = gradesOfDocuments(names, judgements.grades);
  const byHit = names.map((name, index) => (names.indexOf(name) === index ? (judgements.grades.get(name) ?? 0) : 0));
  return { hits: documents, files: documents, byHit };
}

const snippetLines = 3;
const snippetChars = 280;

function returned(
  { text }: JudgedQuery,
  hits: readonly Hit[],
  { keptHits, documentKey }: Scoring,
  grades: readonly number[] | null,
): ReturnedHit[] {
  return hits.slice(0, keptHits).map((hit, index) => ({
    name: documentName(hit, documentKey),
    score: hit.score,
    path: hit.path,
    startLine: hit.startLine,
    endLine: hit.endLine,
    snippet: snippet(hit.text, hit.startLine, text, snippetLines)
      .map((line) => line.text)
      .filter((line) => line.trim() !== '')
      .join('\n')
      .slice(0, snippetChars),
    grade: grades?.[index] ?? null,
  }));
}

/** For a run file: each document at its first hit. Of passages, the points themselves. */
export function rankingOf(query: JudgedQuery, hits: readonly Hit[], key: DocumentKey): RunRanking {
  const documents = new Map<string, number>();
  for (const hit of hits) {
    const id = query.judgements?.kind === 'passages' ? placeName(hit) : documentName(hit, key);
    if (!documents.has(id)) documents.set(id, hit.score);
  }
  return { query: query.id, documents: [...documents].map(([id, score]) => ({ id, score })) };
}
