/**
 * What several suites draw: percentiles of times, scores by category, how the queries differ.
 */
import type { Interval } from '../../../lib/statistics/bootstrap.ts';
import type { Latency } from '../../../lib/statistics/latency.ts';
import type { Quality } from '../run/quality.ts';
import { score, signed } from './figures.ts';
import type { BarChart, HistogramChart, RangeChart } from './view.ts';

export function latencyChart(
  title: string,
  rows: readonly { readonly name: string; readonly latency: Latency }[],
): RangeChart[] {
  if (rows.length === 0) return [];
  return [
    {
      kind: 'ranges',
      title,
      caption: 'Median, then the 95th and the 99th percentile. Dotted: too few samples to be trusted.',
      rows: rows.map(({ name, latency: { p50Ms, p95Ms, p99Ms, untrusted } }) => ({
        name,
        p50Ms,
        p95Ms,
        p99Ms,
        doubts: Object.keys(untrusted),
      })),
    },
  ];
}

interface Side {
  /** Empty where there is one alone. */
  readonly series: string;
  readonly quality: Quality | null;
}

/** Primary measure by category, or by collection where no query has a category; none where there is one group alone. */
export function groupCharts(sides: readonly Side[]): BarChart[] {
  const first = sides.find(({ quality }) => quality !== null)?.quality;
  if (!first) return [];
  return (['byCategory', 'byCollection'] as const).flatMap((by): BarChart[] => {
    if (first[by].length < 2) return [];
    const groups = first[by].map(({ name, queries }) => ({
      name: `${name} (${queries})`,
      bars: sides.flatMap(({ series, quality }) => {
        const group = quality?.[by].find((one) => one.name === name);
        return group ? [{ series, value: group.interval.mean, interval: group.interval }] : [];
      }),
    }));
    const what = by === 'byCategory' ? 'category' : 'collection';
    return [
      {
        kind: 'bars',
        title: `${first.primary} by ${what}`,
        caption: 'Means of queries, in brackets how many, with their 95 % bootstrap intervals.',
        groups,
        most: 1,
        format: score,
      },
    ];
  });
}

type Estimate = Pick<Interval, 'mean' | 'lower' | 'upper'>;

export function differenceChart(title: string, differences: readonly number[], interval: Estimate): HistogramChart[] {
  if (differences.length === 0) return [];
  const of = (test: (value: number) => boolean): number => differences.filter(test).length;
  const [worse, same, better] = [of((value) => value < 0), of((value) => value === 0), of((value) => value > 0)];
  return [
    {
      kind: 'histogram',
      title,
      caption: `${worse} worse, ${same} the same (not drawn), ${better} better; mean ${signed(interval.mean)}, 95 % interval ${signed(interval.lower)} to ${signed(interval.upper)}.`,
      values: differences,
      isDifference: true,
      mean: interval.mean,
      interval,
    },
  ];
}

export function scoreChart(title: string, scores: readonly number[], interval: Estimate): HistogramChart[] {
  if (scores.length === 0) return [];
  return [
    {
      kind: 'histogram',
      title,
      caption: `Mean ${score(interval.mean)}, 95 % interval ${score(interval.lower)} to ${score(interval.upper)} over ${scores.length} queries.`,
      values: scores,
      isDifference: false,
      mean: interval.mean,
      interval,
    },
  ];
}
