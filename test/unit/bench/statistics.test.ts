import { array, assert as hold, float, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decreasingScores, trecOrder } from '../../../src/core/bench/metrics/trec-order.ts';
import { bootstrapInterval } from '../../../src/lib/statistics/bootstrap.ts';
import { latencyOf, percentile } from '../../../src/lib/statistics/latency.ts';
import { createRandom, shuffled } from '../../../src/lib/statistics/random.ts';
import { randomizationTest } from '../../../src/lib/statistics/randomization.ts';
import { compareScores, verdictOf } from '../../../src/core/bench/gate/verdict.ts';

test('random numbers are those of the published mulberry32, and the same for the same seed', () => {
  const random = createRandom(1);
  // What the published function gives for seed 1, as whole numbers of 32 bits.
  expect([random(), random()].map((value) => Math.round(value * 2 ** 32))).toEqual([2693262067, 11749833]);
  expect(shuffled([1, 2, 3, 4, 5], createRandom(7))).toEqual(shuffled([1, 2, 3, 4, 5], createRandom(7)));
});

describe('scores of a run file', () => {
  test('any scores keep their order in trec_eval', () => {
    hold(
      property(array(float({ noNaN: true, min: -1000, max: 1000 })), (scores) => {
        const documents = decreasingScores(scores).map((score, index) => ({ id: String(index % 7), score, index }));
        expect(trecOrder(documents).map(({ index }) => index)).toEqual(scores.map((_, index) => index));
      }),
    );
  });
  test('those that descend stay as they are', () => {
    expect(decreasingScores([0.75, 0.5, 0.25])).toEqual([0.75, 0.5, 0.25]);
  });
});

describe('bootstrap interval', () => {
  test('equals the normal interval of many values, and is the same for the same seed', () => {
    const random = createRandom(3);
    const values = Array.from({ length: 400 }, () => random());
    const { mean, lower, upper } = bootstrapInterval(values, 1);
    const halfWidth = (1.96 * Math.sqrt(1 / 12)) / Math.sqrt(400);
    expect(mean - lower).toBeCloseTo(halfWidth, 2);
    expect(upper - mean).toBeCloseTo(halfWidth, 2);
    expect(bootstrapInterval(values, 1)).toEqual(bootstrapInterval(values, 1));
  });
  test('has no width where all values are one', () => {
    expect(bootstrapInterval([0.5, 0.5], 1)).toMatchObject({ lower: 0.5, upper: 0.5, mean: 0.5 });
  });
});

describe('randomization test', () => {
  // Two-sided: of 2^n assignments those as far out; with all of one sign and size that is 2.
  test.each([
    [[1, 1, 1], 2 / 8],
    [[0.2, 0.2, 0.2, 0.2, 0.2, 0.2], 2 / 64],
    [[1, -1], 1],
    [[0, 0, 0], 1],
    [[], 1],
  ])('%j: %d', (differences, pValue) => {
    expect(randomizationTest(differences, 1).pValue).toBeCloseTo(pValue, 12);
  });
  test('drawn and exact agree', () => {
    const thirteen = [0.3, -0.1, 0.2, 0.4, -0.2, 0.1, 0.2, 0.3, -0.3, 0.2, 0.1, 0.05, -0.05];
    // A difference too small to matter makes it draw.
    const exact = randomizationTest(thirteen, 1).pValue;
    expect(randomizationTest([...thirteen, 1e-9], 1).pValue).toBeCloseTo(exact, 1);
  });
});

describe('verdict', () => {
  test.each([
    [0.001, 0.005, 'better'],
    [0.02, 0.05, 'better'],
    [-0.02, 0.009, 'notWorthIt'],
    [-0.03, -0.01, 'notWorthIt'],
    [0, 0.01, 'undecided'],
    [-0.01, 0.04, 'undecided'],
  ] as const)('from %d to %d: %s', (lower, upper, verdict) => {
    expect(verdictOf({ lower, upper })).toBe(verdict);
  });

  test('undecided says how many queries like these decide, and that many do', () => {
    const random = createRandom(5);
    const draw = (count: number) => Array.from({ length: count }, () => 0.03 + (random() - 0.5) * 0.6);
    const small = compareScores([-0.3, 0.4, 0.1, -0.2, 0.3, -0.1, 0.2, -0.15], 1);
    expect(small.verdict).toBe('undecided');
    expect(small.queriesThatDecide).toBeGreaterThan(8);
    const first = compareScores(draw(40), 1);
    expect(first.verdict).toBe('undecided');
    expect(compareScores(draw(8 * (first.queriesThatDecide ?? 0)), 1).verdict).toBe('better');
  });

  test('equal rankings are not worth it', () => {
    expect(compareScores([0, 0, 0], 1).verdict).toBe('notWorthIt');
  });
});

describe('latency', () => {
  test('percentiles are times that were seen', () => {
    const sorted = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share))).toEqual([50, 95, 99, 100]);
  });
  test.each([
    [10, ['p95Ms', 'p99Ms']],
    [40, ['p99Ms']],
    [200, []],
  ])('%d samples: %j is not to be trusted', (count, names) => {
    const latency = latencyOf(Array.from({ length: count }, (_, index) => index));
    expect(Object.keys(latency?.untrusted ?? {})).toEqual(names);
  });
  test('no samples: no figure', () => {
    expect(latencyOf([])).toBeNull();
  });
});
