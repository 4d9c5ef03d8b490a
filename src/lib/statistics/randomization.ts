/**
 * Paired randomization test: were the two rankings the same, each difference could as well have the other sign (Smucker,
 * Allan and Carterette, CIKM 2007). Two-sided.
 */
import { createRandom } from './random.ts';

const rounds = 10_000;
/** Up to here every assignment of signs is tried. */
const exactUpTo = 13;

export interface RandomizationTest {
  /** Chance of a mean at least as far from 0, were there no difference. */
  readonly pValue: number;
  /** Queries whose scores differ at all. */
  readonly differing: number;
  readonly meanDifference: number;
}

export function randomizationTest(differences: readonly number[], seed: number): RandomizationTest {
  const differing = differences.filter((value) => value !== 0);
  const sum = differing.reduce((total, value) => total + value, 0);
  const meanDifference = differences.length === 0 ? 0 : sum / differences.length;
  const pValue = differing.length === 0 ? 1 : chance(differing, Math.abs(sum), seed);
  return { pValue, differing: differing.length, meanDifference };
}

/** Sums of floats in another order differ in the last digits: what is that near counts as equal. */
const tolerance = 1e-12;

function chance(differences: readonly number[], observed: number, seed: number): number {
  const isAsFar = (sum: number): boolean => Math.abs(sum) >= observed - tolerance;
  if (differences.length <= exactUpTo) {
    const all = 2 ** differences.length;
    let count = 0;
    for (let signs = 0; signs < all; signs++)
      if (isAsFar(differences.reduce((sum, value, bit) => sum + ((signs >> bit) & 1 ? -value : value), 0))) count += 1;
    return count / all;
  }
  const random = createRandom(seed);
  let count = 0;
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    for (const value of differences) sum += random() < 0.5 ? value : -value;
    if (isAsFar(sum)) count += 1;
  }
  // The observed assignment is one of them (Davison and Hinkley 1997, 4.11): never a chance of 0.
  return (count + 1) / (rounds + 1);
}
