/**
 * The verdict of `bench reranking` as a check: does what is configured agree with what was measured?
 */
import type { Check } from '../run/report.ts';
import type { AgainstOff } from '../run/against-off.ts';
import type { RerankTotals } from '../run/rerank-totals.ts';
import type { Recommendation } from './recommend.ts';
import { leastGain, type Verdict } from './verdict.ts';

interface Judged {
  readonly name: string;
  readonly against: AgainstOff | null;
  readonly totals: Pick<RerankTotals, 'notReranked' | 'queries'>;
}

/** The name of no reranking: what all others are compared with. */
export const off = 'off';

export function rerankingCheck(
  { configured, allowUndecided }: { readonly configured: string; readonly allowUndecided: boolean },
  { agreement, recommended }: Recommendation,
  results: readonly Judged[],
): Check {
  const name = `reranking ${configured}`;
  const reasons = results.flatMap(reasonOf).join('; ');
  if (reasons === '')
    return { name, status: 'failed', message: 'no reranker could be compared: nothing is judged, or none is there' };
  if (configured !== off && !results.some((one) => one.name === configured && one.against?.comparison))
    return { name, status: 'failed', message: `${configured} is configured and has no verdict: ${reasons}` };
  if (agreement === 'agrees') return { name, status: 'passed', message: `${configured} is right here: ${reasons}` };
  if (agreement === 'disagrees')
    return {
      name,
      status: 'failed',
      message: `${configured} is configured and ${recommended ?? 'another'} is right here: ${reasons}`,
    };
  return { name, status: allowUndecided ? 'warning' : 'failed', message: `undecided: ${reasons}` };
}

const words: Readonly<Record<Verdict, string>> = {
  better: 'is better than off',
  notWorthIt: `is not worth it (less than ${leastGain})`,
  undecided: 'is undecided',
};

function reasonOf({ name, against, totals: { notReranked, queries } }: Judged): string[] {
  const idle = notReranked > 0 ? `${notReranked} of ${queries} queries were not reranked by it` : null;
  if (!against?.comparison) return idle === null ? [] : [`${name} has no verdict: ${idle}`];
  const { verdict, difference, queriesThatDecide } = against.comparison;
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
  const more =
    verdict !== 'undecided'
      ? ''
      : idle !== null
        ? `; ${idle}`
        : queriesThatDecide === null || queriesThatDecide === undefined
          ? ', and no number of queries like these would decide'
          : `; about ${queriesThatDecide} queries like these would decide`;
  return [
    `${name} ${words[verdict]}: nDCG@10 ${signed(difference.mean)}, 95 % interval ${signed(difference.lower)} to ${signed(difference.upper)} over ${difference.samples} queries${more}`,
  ];
}
