/**
 * What a reader sees of `bench search`.
 */
import { formatBytes } from '../../../lib/quantities.ts';
import { scoresBy } from '../run/score.ts';
import { steadyTimes } from '../run/timing.ts';
import type { GroupedMeans } from '../metrics/means.ts';
import type { SearchReport } from '../suites/search.ts';
import {
  headFacts,
  interval,
  latencyCells,
  latencyFiguresOf,
  latencyHeader,
  measureTable,
  metricName,
  milliseconds,
  score,
} from './figures.ts';
import { differenceChart, groupCharts, latencyChart, scoreChart } from './charts.ts';
import { baselineTables } from './baseline-tables.ts';
import { worstQueries } from './shown-queries.ts';
import type { ReportView, ViewChart, ViewFigure, ViewTable } from './view.ts';

export function searchView(report: SearchReport): ReportView {
  return {
    title: `bench search: ${report.collections.map(({ name }) => name).join(', ')}`,
    headline: headline(report),
    facts: [...headFacts(report), ['settings', settingsLine(report)]],
    charts: charts(report),
    tables: [...qualityTables(report), ...recallTables(report), ...timingTables(report), ...baselineTables(report)],
    queries: report.quality ? worstQueries(report.queries, report.quality.primary) : null,
    checks: report.checks,
    notes: report.notes,
    failedQueries: report.failedQueries,
    figures: figures(report),
  };
}

function headline({ quality, timing, annRecall }: SearchReport): string {
  const primary = quality?.measures[quality.primary];
  const steady = timing?.warm['total'] ?? timing?.cold['total'];
  return [
    ...(quality && primary
      ? [
          `${quality.primary} ${score(primary.mean)} (${interval(primary)}) over ${quality.queries} ${quality.queries === 1 ? 'query' : 'queries'}`,
        ]
      : []),
    ...(annRecall ? [`recall@10 against exact ${score(annRecall.recall.mean)}`] : []),
    ...(steady ? [`p50 ${milliseconds(steady.p50Ms)}, p95 ${milliseconds(steady.p95Ms)}`] : []),
  ].join('; ');
}

const settingsLine = ({ settings }: SearchReport): string =>
  Object.entries(settings)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');

function charts({ quality, queries, gate, timing }: SearchReport): ViewChart[] {
  const primary = quality?.measures[quality.primary];
  const latencies = Object.entries(timing ? steadyTimes(timing) : {}).map(([name, latency]) => ({ name, latency }));
  return [
    ...(gate
      ? differenceChart(`${gate.measure} of each query, now against the baseline`, gate.differences, {
          mean: gate.meanDifference,
          lower: gate.lower,
          upper: gate.upper,
        })
      : []),
    ...groupCharts([{ series: '', quality }]),
    ...(quality && primary
      ? scoreChart(`${quality.primary} of each query`, scoresBy(queries, quality.primary), primary)
      : []),
    ...latencyChart('Latency by stage', latencies),
  ];
}

function qualityTables({ quality }: SearchReport): ViewTable[] {
  if (!quality) return [];
  return [
    measureTable('quality', quality.measures),
    ...groupTable('by category', quality.byCategory),
    ...groupTable('by collection', quality.byCollection),
  ];
}

const shownByGroup = ['ndcg@10', 'file-ndcg@10', 'mrr', 'recall@10', 'hit@5'];

function groupTable(title: string, groups: readonly GroupedMeans[]): ViewTable[] {
  if (groups.length === 0) return [];
  const names = shownByGroup.filter((name) => groups[0]?.means[name] !== undefined);
  return [
    {
      title,
      header: ['', 'queries', ...names],
      rows: groups.map(({ name, queries, means }) => [
        name,
        String(queries),
        ...names.map((one) => score(means[one] ?? 0)),
      ]),
      right: [1, ...names.map((_, index) => index + 2)],
    },
  ];
}

function recallTables({ annRecall }: SearchReport): ViewTable[] {
  if (!annRecall) return [];
  const { recall, exact, approximate, worst } = annRecall;
  const rows = [
    ['recall@10', score(recall.mean), interval(recall)],
    ...(approximate
      ? [['server, graph', `p50 ${milliseconds(approximate.p50Ms)}`, `p95 ${milliseconds(approximate.p95Ms)}`]]
      : []),
    ...(exact ? [['server, exact', `p50 ${milliseconds(exact.p50Ms)}`, `p95 ${milliseconds(exact.p95Ms)}`]] : []),
    ...worst.map(({ id, recall: own }) => [`query ${id}`, score(own), '']),
  ];
  return [{ title: 'against exact search', header: ['', '', ''], rows, right: [1, 2] }];
}

function timingTables({ timing, peakRssBytes }: SearchReport): ViewTable[] {
  if (!timing) return [];
  const rows = (['cold', 'warm'] as const).flatMap((kind) =>
    Object.entries(timing[kind]).map(([stage, latency]) => [kind, stage, ...latencyCells(latency)]),
  );
  return [
    { title: 'latency', header: ['', 'stage', ...latencyHeader], rows, right: [2, 3, 4, 5, 6] },
    {
      title: 'cost',
      header: ['', ''],
      rows: [
        ['CPU a query', milliseconds(timing.cpuMs)],
        ['peak memory of this process', formatBytes(peakRssBytes)],
        ['loading the model and warming up', milliseconds(timing.warmUpMs)],
        [
          'query vectors that were there already',
          timing.cacheHitRate === null ? 'none was needed' : `${(timing.cacheHitRate * 100).toFixed(0)} %`,
        ],
      ],
      right: [1],
    },
    {
      title: 'slowest queries',
      header: ['query', 'total', 'stages', 'text'],
      rows: timing.slowest.map(({ id, text, times }) => [
        id,
        milliseconds(times['total'] ?? 0),
        Object.entries(times)
          .filter(([stage]) => stage !== 'total')
          .map(([stage, ms]) => `${stage} ${milliseconds(ms)}`)
          .join(', '),
        text,
      ]),
      right: [1],
    },
  ];
}

function figures({ quality, timing, annRecall, failedQueries, peakRssBytes, collections }: SearchReport): ViewFigure[] {
  return [
    ...Object.entries(quality?.measures ?? {}).map(([name, { mean }]) => ({
      name: metricName(name),
      labels: {},
      value: mean,
    })),
    ...(annRecall ? [{ name: 'ann_recall_at_10', labels: {}, value: annRecall.recall.mean }] : []),
    ...latencyFiguresOf(timing?.cold ?? {}, { state: 'cold' }),
    ...latencyFiguresOf(timing?.warm ?? {}, { state: 'warm' }),
    ...(timing?.cacheHitRate === null || timing?.cacheHitRate === undefined
      ? []
      : [{ name: 'query_vector_cache_hit_ratio', labels: {}, value: timing.cacheHitRate }]),
    ...(timing ? [{ name: 'cpu_seconds_per_query', labels: {}, value: timing.cpuMs / 1000 }] : []),
    ...collections.flatMap(({ name, points, vectorBytes }) => [
      { name: 'points', labels: { collection: name }, value: points },
      { name: 'vector_bytes', labels: { collection: name }, value: vectorBytes },
    ]),
    { name: 'failed_queries', labels: {}, value: failedQueries },
    { name: 'peak_resident_bytes', labels: {}, value: peakRssBytes },
  ];
}
