/**
 * Recall of an approximate search: how much of what a search of every vector finds does the graph (and the quantized copy) find?
 */
import type { SearchParams } from './params.ts';

export interface ScoredPoint {
  readonly id: string | number | bigint;
  readonly score: number;
}

/** Of ten. */
const depth = 10;

/**
 * The two searches that are compared. By meaning alone, since words have no graph; and as the vectors rank, since reranking and
 * grouping change which ten are shown, and hide what the index missed.
 */
export function annPair(params: SearchParams): { readonly approximate: SearchParams; readonly exact: SearchParams } {
  const { rerank: _reranked, groupBy: _grouped, ...plain } = params;
  const dense: SearchParams = { ...plain, mode: 'dense', modeIsExplicit: true, limit: depth };
  return { approximate: { ...dense, exact: false }, exact: { ...dense, exact: true } };
}

/** Scores this near are equal: two kernels of one server differ as much in the last digits. */
const tie = 1e-6;

/** A hit that is as near as the last exact one counts, whichever of equal points it is. */
export function annRecall(found: readonly ScoredPoint[], exact: readonly ScoredPoint[]): number {
  const ids = new Set(exact.map(({ id }) => String(id)));
  const last = exact.at(-1)?.score ?? -Infinity;
  const isAsGood = ({ id, score }: ScoredPoint): boolean => ids.has(String(id)) || Math.abs(score - last) <= tie;
  return exact.length === 0 ? 1 : Math.min(found.filter(isAsGood).length, exact.length) / exact.length;
}
