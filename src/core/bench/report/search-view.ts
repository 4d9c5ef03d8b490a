/**
 * What a reader sees of `bench search`.
 */
import { formatBytes } from '../../../lib/quantities.ts';
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
  signed,
} from './figures.ts';
import type { ReportView, ViewFigure, ViewTable } from './view.ts';

export function searchView(report: SearchReport): ReportView {
  return {
    title: `bench search: ${report.collections.map(({ name }) => name).join(', ')}`,
    headline: headline(report),
    facts: [...headFacts(report), ['settings', settingsLine(report)]],
    tables: [...qualityTables(report), ...recallTables(report), ...timingTables(report), ...gateTables(report)],
    checks: report.checks,
    notes: report.notes,
    figures: figures(report),
  };
}

function headline({ quality, timing, annRecall }: SearchReport): string {
  const primary = quality?.measures[quality.primary];
  const steady = timing?.warm['total'] ?? timing?.cold['total'];
  return [
    ...(quality && primary
      ? [`${quality.primary} ${score(primary.mean)} (${interval(primary)}) over ${quality.queries} queries`]
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

function qualityTables({ quality, queries }: SearchReport): ViewTable[] {
  if (!quality) return [];
  const worst = queries
    .flatMap((query) => (query.state === 'scored' ? [query] : []))
    .toSorted((a, b) => (a.scores[quality.primary] ?? 0) - (b.scores[quality.primary] ?? 0))
    .slice(0, 5);
  return [
    measureTable('quality', quality.measures),
    ...groupTable('by category', quality.byCategory),
    ...groupTable('by collection', quality.byCollection),
    {
      title: 'worst queries',
      header: ['query', quality.primary, 'text', 'returned first'],
      rows: worst.map(({ id, scores, text, hits: [hit] }) => [
        id,
        score(scores[quality.primary] ?? 0),
        text,
        hit ? `${hit.path || hit.name}:${hit.startLine}-${hit.endLine}` : 'nothing',
      ]),
      right: [1],
    },
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
          'query vectors from a cache',
          timing.cacheHitRate === null ? 'none is kept' : `${(timing.cacheHitRate * 100).toFixed(0)} %`,
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

function gateTables({ gate }: SearchReport): ViewTable[] {
  if (!gate || gate.changed.length === 0) return [];
  return [
    {
      title: 'changed against the baseline',
      header: ['query', 'before', 'now', 'change'],
      rows: gate.changed.map(({ id, before, now }) => [id, score(before), score(now), signed(now - before)]),
      right: [1, 2, 3],
    },
  ];
}

function figures({ quality, timing, annRecall, failedQueries, peakRssBytes }: SearchReport): ViewFigure[] {
  return [
    ...Object.entries(quality?.measures ?? {}).map(([name, { mean }]) => ({
      name: metricName(name),
      labels: {},
      value: mean,
    })),
    ...(annRecall ? [{ name: 'ann_recall_at_10', labels: {}, value: annRecall.recall.mean }] : []),
    ...latencyFiguresOf(timing?.cold ?? {}, { state: 'cold' }),
    ...latencyFiguresOf(timing?.warm ?? {}, { state: 'warm' }),
    { name: 'failed_queries', labels: {}, value: failedQueries },
    { name: 'peak_resident_bytes', labels: {}, value: peakRssBytes },
  ];
}
