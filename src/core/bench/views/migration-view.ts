/**
 * What a reader sees of `bench migration`.
 */
import { primaryMeasure } from '../metrics/measures.ts';
import { steadyTimes } from '../run/timing.ts';
import type { MigrationReport } from '../suites/migration.ts';
import { differenceChart, groupCharts, latencyChart } from './charts.ts';
import { headFacts, interval, latencyCells, latencyHeader, metricName, score, signed } from './figures.ts';
import { named, plain } from './rates.ts';
import { changedQueries } from './shown-queries.ts';
import type { ReportView, ViewChart, ViewTable } from './view.ts';

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
