/**
 * What a reader sees of `bench load`.
 */
import { formatBytes, formatRate } from '../../../lib/quantities.ts';
import type { LoadReport } from '../suites/load.ts';
import { latencyChart } from './charts.ts';
import { headFacts, latencyCells, latencyHeader } from './figures.ts';
import { named, plain, rateChart } from './rates.ts';
import type { ReportView } from './view.ts';

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
