/**
 * Rates that were measured in rounds, and what every view of a suite says alike.
 */
import { formatRate } from '../../../lib/quantities.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import type { Report } from '../run/report.ts';
import type { BarChart } from './view.ts';

/** Title of the view. */
export const named = (report: Report): string =>
  `bench ${report.suite}: ${report.collections.map(({ name }) => name).join(', ')}`;
/** Fields that a view has as the report has them. */
export const plain = ({ checks, notes, failedQueries }: Report) => ({ checks, notes, failedQueries });

/** Means of rounds, with the least and the most. */
export function rateChart<T>(
  title: string,
  rows: readonly T[],
  of: (row: T) => { readonly name: string; readonly rates: readonly number[] },
): BarChart[] {
  const groups = rows.map(of).map(({ name, rates }) => {
    const interval = rates.length > 1 && { lower: Math.min(...rates), upper: Math.max(...rates) };
    return { name, bars: [{ series: '', value: mean(rates), ...(interval && { interval }) }] };
  });
  const caption = 'Means of the rounds; the line goes from the slowest to the fastest round.';
  return groups.length === 0 ? [] : [{ kind: 'bars', title, caption, groups, format: formatRate }];
}

/** The slowest round to the fastest. */
export const spread = (rates: readonly number[]): string =>
  `${formatRate(Math.min(...rates))} to ${formatRate(Math.max(...rates))}`;
