/**
 * A run against its baseline, query by query: a significant drop fails, an insignificant one warns.
 */
import { QdxError } from '../../../lib/errors.ts';
import { bootstrapInterval } from '../../../lib/statistics/bootstrap.ts';
import { type RandomizationTest, randomizationTest } from '../../../lib/statistics/randomization.ts';
import type { Check } from '../run/report.ts';
import type { Baseline } from './baseline.ts';

export interface CurrentScores {
  readonly inputSha256: string;
  readonly scores: ReadonlyMap<string, Readonly<Record<string, number>>>;
  readonly seed: number;
}

/** Two-sided: of runs that differ in nothing but chance, half of it fail. */
const significance = 0.05;

export interface GateResult extends RandomizationTest {
  readonly measure: string;
  /** 95 % interval of the mean difference, now minus baseline. */
  readonly lower: number;
  readonly upper: number;
  readonly queries: number;
  /** A gain that is as sure as a drop would have to be. */
  readonly isSignificantGain: boolean;
  readonly check: Check;
  /** Of every query, now minus baseline. */
  readonly differences: readonly number[];
  readonly changed: readonly { readonly id: string; readonly before: number; readonly now: number }[];
}

const changesKept = 20;

/**
 * @throws QdxError `usage` where the judgements are others: their scores mean other things.
 */
export function compareWithBaseline(baseline: Baseline, current: CurrentScores): GateResult {
  if (baseline.inputSha256 !== current.inputSha256)
    throw new QdxError(
      'usage',
      'the baseline was made with other queries or judgements: its scores cannot be compared',
      {
        hint: 'run the old state on these queries with --save-baseline, or give the queries of the baseline',
      },
    );
  const { primary } = baseline;
  const pairs = Object.entries(baseline.scores).flatMap(([id, scores]) => {
    const now = current.scores.get(id)?.[primary];
    const before = scores[primary];
    return before === undefined || now === undefined ? [] : [{ id, before, now }];
  });
  return { ...judge(pairs, primary, current.seed), measure: primary };
}

type Pair = GateResult['changed'][number];

/** The decision itself. @param pairs At least one. */
export function judge(pairs: readonly Pair[], measure: string, seed: number): Omit<GateResult, 'measure'> {
  if (pairs.length === 0) throw new QdxError('usage', `no query of the baseline has a ${measure} in this run`);
  const differences = pairs.map(({ before, now }) => now - before);
  const test = randomizationTest(differences, seed);
  const { lower, upper } = bootstrapInterval(differences, seed);
  const isSignificant = test.pValue < significance;
  return {
    ...test,
    lower,
    upper,
    queries: pairs.length,
    differences,
    isSignificantGain: isSignificant && test.meanDifference > 0,
    check: {
      name: `${measure} against the baseline`,
      status: test.meanDifference >= 0 ? 'passed' : isSignificant ? 'failed' : 'warning',
      message: describe(test, { lower, upper, measure, queries: pairs.length }),
    },
    changed: pairs
      .filter(({ before, now }) => before !== now)
      .toSorted((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before))
      .slice(0, changesKept)
      .toSorted((a, b) => a.now - a.before - (b.now - b.before)),
  };
}

interface Described {
  readonly lower: number;
  readonly upper: number;
  readonly measure: string;
  readonly queries: number;
}

function describe(test: RandomizationTest, { lower, upper, measure, queries }: Described): string {
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
  const figures = `95 % interval ${signed(lower)} to ${signed(upper)}, p = ${test.pValue.toFixed(3)}, ${test.differing} of ${queries} queries differ`;
  if (test.differing === 0) return `${measure} is the same for all ${queries} queries`;
  const change = test.meanDifference < 0 ? 'fell' : 'rose';
  const surety = test.pValue < significance ? 'significant' : 'not significant';
  return `${measure} ${change} by ${Math.abs(test.meanDifference).toFixed(4)}: ${surety} (${figures})`;
}
