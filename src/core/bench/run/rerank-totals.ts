/**
 * What the rerankers of a contender did over a whole run, so that a fallback is never mistaken for a result.
 */
import type { SearchResponse } from '../../retrieval/response.ts';

export interface RerankTotals {
  /** Of its rerankers, and where they are if not here. */
  readonly models: readonly string[];
  readonly queries: number;
  readonly candidates: number;
  /** Candidates that were really compared. */
  readonly scored: number;
  /** Of the queries, those of which one of its rerankers compared nothing, or another one took its place. */
  readonly notReranked: number;
  readonly requests: number;
  /** What went wrong, by what it was: `timeout`, `malformed`, ... */
  readonly failures: Readonly<Record<string, number>>;
}

export function rerankTotals(responses: readonly SearchResponse[]): RerankTotals {
  const stages = responses.flatMap(({ reranking }) => reranking);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const failures: Record<string, number> = {};
  for (const stage of stages)
    for (const [what, count] of Object.entries(stage.failures)) failures[what] = (failures[what] ?? 0) + count;
  return {
    models: [...new Set(stages.map(({ kind, name }) => `${kind}: ${name}`))],
    queries: responses.length,
    candidates: sum(stages.map(({ candidates }) => candidates)),
    scored: sum(stages.map(({ scored }) => scored)),
    notReranked: responses.filter(({ reranking }) => reranking.some(isIdle)).length,
    requests: sum(stages.map(({ requests }) => requests ?? 0)),
    failures,
  };
}

const isIdle = ({ candidates, scored, by }: SearchResponse['reranking'][number]): boolean =>
  by !== undefined || (scored === 0 && candidates > 0);

export function rerankNotes(
  name: string,
  { queries, candidates, scored, failures, notReranked }: RerankTotals,
): string[] {
  const what = Object.entries(failures).map(([kind, count]) => `${count} ${kind}`);
  return [
    ...(notReranked > 0
      ? [`${name}: ${notReranked} of ${queries} queries were not reranked by it: no verdict counts that against it`]
      : []),
    ...(scored < candidates
      ? [`${name}: ${candidates - scored} of ${candidates} candidates were not compared and kept their place`]
      : []),
    ...(what.length > 0
      ? [`${name}: ${what.join(', ')}; those queries have the order before it, in whole or in part`]
      : []),
  ];
}
