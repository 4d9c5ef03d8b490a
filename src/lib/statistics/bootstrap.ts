/**
 * Bootstrap interval of a mean (Efron 1979, percentile method): how far the figure would move with other queries of the
 * same kind.
 */
import { createRandom } from './random.ts';

export interface Interval {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  /** 0.95 */
  readonly level: number;
  /** Queries. */
  readonly samples: number;
}

export const resamples = 10_000;
const level = 0.95;

/** Of differences it is a paired interval. @param values At least one. */
export function bootstrapInterval(values: readonly number[], seed: number): Interval {
  const random = createRandom(seed);
  const count = values.length;
  const means = new Float64Array(resamples);
  for (let round = 0; round < resamples; round++) {
    let sum = 0;
    for (let draw = 0; draw < count; draw++) sum += values[Math.floor(random() * count)] ?? 0;
    means[round] = sum / count;
  }
  means.sort();
  const at = (share: number): number => means[Math.min(resamples - 1, Math.floor(share * resamples))] ?? 0;
  const tail = (1 - level) / 2;
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / count,
    lower: at(tail),
    upper: at(1 - tail),
    level,
    samples: count,
  };
}
