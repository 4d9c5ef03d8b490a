/**
 * Is one thing better than another, by the 95 % interval of the difference of their scores?
 */
import { bootstrapInterval, type Interval } from '../../../lib/statistics/bootstrap.ts';
import { randomizationTest } from '../../../lib/statistics/randomization.ts';

export type Verdict = 'better' | 'notWorthIt' | 'undecided';

export interface Comparison {
  readonly verdict: Verdict;
  /** Of the paired differences, candidate minus reference. */
  readonly difference: Interval;
  readonly pValue: number;
  /** Only of `undecided`: about how many queries would decide, were they like these; null where no number would. */
  readonly queriesThatDecide?: number | null;
}

/** A gain below this is not worth the milliseconds. */
export const leastGain = 0.01;
/** Of a standard normal, two-sided 95 %. */
const z = 1.96;

/** @param differences One a query, candidate minus reference; at least one. */
export function compareScores(differences: readonly number[], seed: number): Comparison {
  const difference = bootstrapInterval(differences, seed);
  const { pValue } = randomizationTest(differences, seed);
  const verdict = verdictOf(difference);
  return {
    verdict,
    difference,
    pValue,
    ...(verdict === 'undecided' && { queriesThatDecide: queriesThatDecide(differences, difference.mean) }),
  };
}

/** In this order: a small gain that is sure is a gain. */
export function verdictOf({ lower, upper }: Pick<Interval, 'lower' | 'upper'>): Verdict {
  if (lower > 0) return 'better';
  return upper < leastGain ? 'notWorthIt' : 'undecided';
}

/**
 * The half-width of the interval shrinks with the root of the number of queries: the least number at which, with this mean
 * and spread, either end passes its mark.
 */
function queriesThatDecide(differences: readonly number[], mean: number): number | null {
  const variance =
    differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, differences.length - 1);
  const spread = z * Math.sqrt(variance);
  const needed = [mean, leastGain - mean].filter((room) => room > 0).map((room) => Math.ceil((spread / room) ** 2));
  const least = Math.min(...needed);
  return Number.isFinite(least) ? Math.max(least, differences.length + 1) : null;
}
