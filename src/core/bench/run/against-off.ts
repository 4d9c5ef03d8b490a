/**
 * One way to rerank against none: difference with its interval, precision, lift by category.
 */
import { type GroupedMeans, meansBy } from '../metrics/means.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import { primaryMeasure } from '../metrics/measures.ts';
import { compareScores, type Comparison } from '../gate/verdict.ts';
import type { QueryResult, ScoredResult } from './score.ts';

export interface AgainstOff {
  readonly comparison: Comparison | null;
  /** nDCG@10 of every query, this minus off. */
  readonly differences: readonly number[];
  /** precision@10 against off's, as a share of it; null where off finds nothing. */
  readonly precisionGain: number | null;
  /** Mean differences to off. */
  readonly liftByCategory: readonly GroupedMeans[];
}

const precision = 'precision@10';

/**
 * Only queries that have a score in both. Null where there is none.
 * @param notReranked Queries of which it did nothing: they are as off has them, and would make anything look not worth it.
 */
export function againstOff(
  results: readonly QueryResult[],
  off: readonly QueryResult[],
  { seed, notReranked }: { readonly seed: number; readonly notReranked: number },
): AgainstOff | null {
  const reference = new Map(off.flatMap((one) => (one.state === 'scored' ? [[one.id, one] as const] : [])));
  const pairs = results.flatMap((one) => {
    const other = reference.get(one.id);
    return one.state === 'scored' && other ? [{ one, other }] : [];
  });
  if (pairs.length <= notReranked) return null;
  const of = (side: 'one' | 'other', name: string): number => mean(pairs.map((pair) => pair[side].scores[name] ?? 0));
  const before = of('other', precision);
  const differences = pairs.map(({ one, other }) => difference(one, other, primaryMeasure));
  return {
    comparison: withoutIdle(compareScores(differences, seed), notReranked),
    differences,
    precisionGain: before === 0 ? null : of('one', precision) / before - 1,
    liftByCategory: meansBy(
      pairs.map(({ one, other }) => ({
        ...one,
        scores: Object.fromEntries(Object.keys(one.scores).map((name) => [name, difference(one, other, name)])),
      })),
      'category',
    ),
  };
}

/** What is better in spite of them is better. */
const withoutIdle = (comparison: Comparison, notReranked: number): Comparison =>
  notReranked > 0 && comparison.verdict === 'notWorthIt'
    ? { ...comparison, verdict: 'undecided', queriesThatDecide: null }
    : comparison;

const difference = (one: ScoredResult, other: ScoredResult, name: string): number =>
  (one.scores[name] ?? 0) - (other.scores[name] ?? 0);
