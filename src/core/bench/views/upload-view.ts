/**
 * What a reader sees of `bench upload`.
 */
import { counted, formatBytes, formatRate } from '../../../lib/quantities.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import type { UploadReport } from '../suites/upload.ts';
import { headFacts } from './figures.ts';
import { named, plain, rateChart, spread } from './rates.ts';
import type { ReportView } from './view.ts';

export function uploadView(report: UploadReport): ReportView {
  const best = report.rates.toSorted((a, b) => mean(b.pointsPerSecond) - mean(a.pointsPerSecond))[0];
  return {
    title: named(report),
    headline: best
      ? `${counted(report.points, 'points')}: ${formatRate(mean(best.pointsPerSecond))} points/s with batches of ${best.batchSize}, ${best.parallel} on their way`
      : '',
    facts: headFacts(report),
    charts: rateChart('Points a second', report.rates, ({ batchSize, parallel, pointsPerSecond }) => ({
      name: `batches of ${batchSize}, ${parallel} on their way`,
      rates: pointsPerSecond,
    })),
    queries: null,
    tables: [
      {
        title: 'uploads',
        header: ['batch', 'on their way', 'points/s', 'from to', 'bytes', 'retries'],
        rows: report.rates.map(({ batchSize, parallel, pointsPerSecond, retries, sentBytes }) => [
          String(batchSize),
          String(parallel),
          formatRate(mean(pointsPerSecond)),
          spread(pointsPerSecond),
          formatBytes(sentBytes),
          String(retries),
        ]),
        right: [0, 1, 2, 3, 4, 5],
      },
    ],
    ...plain(report),
    figures: report.rates.map(({ batchSize, parallel, pointsPerSecond }) => ({
      name: 'points_per_second',
      labels: { batch: String(batchSize), parallel: String(parallel) },
      value: mean(pointsPerSecond),
    })),
  };
}
