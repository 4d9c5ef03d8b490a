/**
 * What a reader sees of the suites that compare two things or measure a rate.
 */
import { formatBytes, formatCount, formatRate } from '../../../lib/quantities.ts';
import { mean } from '../metrics/means.ts';
import { primaryMeasure } from '../metrics/measures.ts';
import { steadyTimes } from '../run/timing.ts';
import type { EmbedReport } from '../suites/embed.ts';
import type { LoadReport } from '../suites/load.ts';
import type { MigrationReport } from '../suites/migration.ts';
import type { UploadReport } from '../suites/upload.ts';
import {
  headFacts,
  interval,
  latencyCells,
  latencyHeader,
  metricName,
  milliseconds,
  score,
  signed,
} from './figures.ts';
import type { Report } from '../run/report.ts';
import { differenceChart, groupCharts, latencyChart } from './charts.ts';
import { changedQueries } from './shown-queries.ts';
import type { BarChart, ReportView, ViewChart, ViewTable } from './view.ts';

const named = (report: Report): string =>
  `bench ${report.suite}: ${report.collections.map(({ name }) => name).join(', ')}`;
const plain = ({ checks, notes, failedQueries }: Report) => ({ checks, notes, failedQueries });

export function migrationView(report: MigrationReport): ReportView {
  const { sides, gate, overlapAt10 } = report;
  const measures = Object.keys(sides[0].quality?.measures ?? {});
  const quality: ViewTable = {
    title: 'quality',
    header: ['measure', 'old', '95 % interval', 'new', '95 % interval', 'change'],
    rows: measures.flatMap((name) => {
      const [before, now] = sides.map((side) => side.quality?.measures[name]);
      return before && now
        ? [[name, score(before.mean), interval(before), score(now.mean), interval(now), signed(now.mean - before.mean)]]
        : [];
    }),
    right: [1, 2, 3, 4, 5],
  };
  const latency: ViewTable = {
    title: 'warm latency',
    header: ['', 'collection', ...latencyHeader],
    rows: sides.flatMap(({ name, collection, timing }) => {
      const total = timing ? steadyTimes(timing)['total'] : undefined;
      return total ? [[name, collection, ...latencyCells(total)]] : [];
    }),
    right: [2, 3, 4, 5, 6],
  };
  const changed: ViewTable = {
    title: 'changed most',
    header: ['query', 'old', 'new', 'change'],
    rows: (gate?.changed ?? []).map(({ id, before, now }) => [id, score(before), score(now), signed(now - before)]),
    right: [1, 2, 3],
  };
  return {
    title: named(report),
    headline: `${gate?.check.message ?? 'nothing is judged'}; ${(overlapAt10 * 100).toFixed(0)} % of the first ten are the same`,
    facts: headFacts(report),
    charts: migrationCharts(report),
    tables: [...(measures.length > 0 ? [quality] : []), latency, ...(changed.rows.length > 0 ? [changed] : [])],
    queries: changedQueries(sides[0], sides[1], primaryMeasure),
    ...plain(report),
    figures: sides.flatMap(({ name, quality: own }) =>
      Object.entries(own?.measures ?? {}).map(([measure, { mean: value }]) => ({
        name: metricName(measure),
        labels: { side: name },
        value,
      })),
    ),
  };
}

function migrationCharts({ sides, gate }: MigrationReport): ViewChart[] {
  const latencies = sides.flatMap(({ name, timing }) => {
    const latency = timing ? steadyTimes(timing)['total'] : undefined;
    return latency ? [{ name, latency }] : [];
  });
  return [
    ...groupCharts(sides.map(({ name, quality }) => ({ series: name, quality }))),
    ...(gate
      ? differenceChart(`${gate.measure} of each query, new against old`, gate.differences, {
          mean: gate.meanDifference,
          lower: gate.lower,
          upper: gate.upper,
        })
      : []),
    ...latencyChart('Warm latency, in total', latencies),
  ];
}

export function loadView(report: LoadReport): ReportView {
  const best = report.steps.toSorted((a, b) => b.queriesPerSecond - a.queriesPerSecond)[0];
  return {
    title: named(report),
    headline: best ? `at most ${formatRate(best.queriesPerSecond)} queries/s, with ${best.users} users` : '',
    facts: headFacts(report),
    charts: [
      ...latencyChart(
        'Latency by users at once',
        report.steps.flatMap(({ users, latency }) => (latency ? [{ name: usersText(users), latency }] : [])),
      ),
      ...rateChart('Queries a second by users at once', report.steps, ({ users, queriesPerSecond }) => ({
        name: usersText(users),
        rates: [queriesPerSecond],
      })),
    ],
    queries: null,
    tables: [
      {
        title: 'users at once',
        header: [
          'users',
          'queries/s',
          ...latencyHeader,
          'failed',
          'sockets',
          'client CPU',
          'server CPU',
          'server memory',
        ],
        rows: report.steps.map((step) => [
          String(step.users),
          formatRate(step.queriesPerSecond),
          ...(step.latency ? latencyCells(step.latency) : ['', '', '', '', '0']),
          String(step.failed),
          String(step.sockets),
          step.clientCpu.toFixed(2),
          step.serverCpu === null ? '' : step.serverCpu.toFixed(2),
          step.serverResidentBytes === null ? '' : formatBytes(step.serverResidentBytes),
        ]),
        right: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      },
    ],
    ...plain(report),
    figures: report.steps.flatMap(({ users, queriesPerSecond, latency }) => [
      { name: 'queries_per_second', labels: { users: String(users) }, value: queriesPerSecond },
      ...(latency ? [{ name: 'p95_seconds', labels: { users: String(users) }, value: latency.p95Ms / 1000 }] : []),
    ]),
  };
}

const usersText = (users: number): string => `${users} ${users === 1 ? 'user' : 'users'}`;

/** Means of rounds, with the least and the most. */
function rateChart<T>(
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

const spread = (rates: readonly number[]): string =>
  `${formatRate(Math.min(...rates))} to ${formatRate(Math.max(...rates))}`;

export function embedView(report: EmbedReport): ReportView {
  return {
    title: named(report),
    headline: `${formatCount(report.texts)} texts of ${formatCount(report.tokens)} tokens: ${report.rates.map(({ workers, tokensPerSecond }) => `${formatRate(mean(tokensPerSecond))} tokens/s with ${workers}`).join(', ')}`,
    facts: headFacts(report),
    charts: rateChart('Tokens a second by sessions', report.rates, ({ workers, tokensPerSecond }) => ({
      name: `${workers} ${workers === 1 ? 'session' : 'sessions'}`,
      rates: tokensPerSecond,
    })),
    queries: null,
    tables: [
      {
        title: 'sessions side by side',
        header: ['sessions', 'device', 'texts/s', 'from to', 'tokens/s', 'loading'],
        rows: report.rates.map(({ workers, device, textsPerSecond, tokensPerSecond, openMs }) => [
          String(workers),
          device,
          formatRate(mean(textsPerSecond)),
          spread(textsPerSecond),
          formatRate(mean(tokensPerSecond)),
          milliseconds(openMs),
        ]),
        right: [0, 2, 3, 4, 5],
      },
    ],
    ...plain(report),
    figures: report.rates.map(({ workers, tokensPerSecond }) => ({
      name: 'tokens_per_second',
      labels: { workers: String(workers) },
      value: mean(tokensPerSecond),
    })),
  };
}

export function uploadView(report: UploadReport): ReportView {
  const best = report.rates.toSorted((a, b) => mean(b.pointsPerSecond) - mean(a.pointsPerSecond))[0];
  return {
    title: named(report),
    headline: best
      ? `${formatCount(report.points)} points: ${formatRate(mean(best.pointsPerSecond))} points/s with batches of ${best.batchSize}, ${best.parallel} on their way`
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
