/**
 * What a reader sees of `bench reranking`.
 */
import { formatBytes } from '../../../lib/quantities.ts';
import { steadyTimes } from '../run/timing.ts';
import type { RerankingReport, RerankingResult } from '../suites/reranking.ts';
import {
  headFacts,
  latencyCells,
  latencyFiguresOf,
  latencyHeader,
  metricName,
  milliseconds,
  score,
  signed,
} from './figures.ts';
import { differenceChart, groupCharts, latencyChart } from './charts.ts';
import { changedQueries, worstQueries } from './shown-queries.ts';
import type { ReportView, ViewChart, ViewTable } from './view.ts';

export function rerankingView(report: RerankingReport): ReportView {
  const { results, collections, checks, notes, failedQueries } = report;
  return {
    title: `bench reranking: ${collections.map(({ name }) => name).join(', ')}`,
    headline: checks[0]?.message ?? '',
    facts: [
      ...headFacts(report),
      [
        'stages',
        `${report.stages.candidates} candidates to ${report.stages.hits} hits, configured: ${report.configured}`,
      ],
      ...models(results),
      ['peak memory', `${formatBytes(report.peakRssBytes)} of this process, all rerankers loaded`],
    ],
    charts: charts(results),
    tables: [qualityTable(report), ...liftTables(results), timingTable(results)],
    queries: shownQueries(report),
    checks,
    notes,
    failedQueries,
    figures: results.flatMap(({ name, quality, timing }) => [
      ...Object.entries(quality?.measures ?? {}).map(([measure, { mean }]) => ({
        name: metricName(measure),
        labels: { rerank: name },
        value: mean,
      })),
      ...latencyFiguresOf(timing?.warm ?? {}, { rerank: name, state: 'warm' }),
    ]),
  };
}

/** Which model, or which endpoint, each of them was. */
const models = (results: readonly RerankingResult[]): [string, string][] =>
  results.flatMap(({ name, totals }): [string, string][] =>
    totals.models.length === 0 ? [] : [[`reranker ${name}`, totals.models.join(', ')]],
  );

function charts(results: readonly RerankingResult[]): ViewChart[] {
  const latencies = results.flatMap(({ name, timing }) => {
    const latency = timing ? steadyTimes(timing)['total'] : undefined;
    return latency ? [{ name, latency }] : [];
  });
  return [
    ...groupCharts(results.map(({ name, quality }) => ({ series: name, quality }))),
    ...results.flatMap(({ name, against }) =>
      against?.comparison
        ? differenceChart(
            `nDCG@10 of each query, ${name} against off`,
            against.differences,
            against.comparison.difference,
          )
        : [],
    ),
    ...latencyChart('Warm latency, in total', latencies),
  ];
}

/** Off beside the reranker that is configured, else beside the first that was compared. */
function shownQueries({ results, configured }: RerankingReport): ReportView['queries'] {
  const off = results.find(({ name }) => name === 'off');
  const others = results.filter(({ name }) => name !== 'off');
  const other = others.find(({ name }) => name === configured) ?? others[0];
  if (!off) return null;
  return other ? changedQueries(off, other, 'ndcg@10') : worstQueries(off.results, 'ndcg@10');
}

const shownMeasures = ['ndcg@10', 'mrr', 'precision@10', 'hit@5'];
const verdictWords = { better: 'better', notWorthIt: 'not worth it', undecided: 'undecided' } as const;

function qualityTable({ results, headroom }: RerankingReport): ViewTable {
  const rows = results.map(({ name, quality, against }) => {
    const comparison = against?.comparison;
    return [
      name,
      ...shownMeasures.map((measure) => score(quality?.measures[measure]?.mean ?? 0)),
      comparison ? signed(comparison.difference.mean) : '',
      comparison ? `${signed(comparison.difference.lower)} to ${signed(comparison.difference.upper)}` : '',
      comparison ? comparison.pValue.toFixed(3) : '',
      percent(against?.precisionGain),
      comparison ? verdictWords[comparison.verdict] : '',
    ];
  });
  const perfect = headroom === null ? [] : [['perfect order', score(headroom), '', '', '', '', '', '', '', '']];
  return {
    title: 'quality',
    header: ['', ...shownMeasures, 'difference', '95 % interval', 'p', 'precision@10', 'verdict'],
    rows: [...rows, ...perfect],
    right: [1, 2, 3, 4, 5, 6, 7, 8],
  };
}

const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '' : `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(0)} %`;

function liftTables(results: readonly RerankingResult[]): ViewTable[] {
  const lifted = results.filter(({ against }) => (against?.liftByCategory.length ?? 0) > 0);
  const [first] = lifted;
  if (!first) return [];
  const rows = (first.against?.liftByCategory ?? []).map(({ name, queries }) => [
    name,
    String(queries),
    ...lifted.map(({ against }) =>
      signed(against?.liftByCategory.find((group) => group.name === name)?.means['ndcg@10'] ?? 0),
    ),
  ]);
  const header = ['', 'queries', ...lifted.map(({ name }) => name)];
  return [
    { title: 'nDCG@10 against off, by category', header, rows, right: header.map((_, column) => column).slice(1) },
  ];
}

function timingTable(results: readonly RerankingResult[]): ViewTable {
  const rows = results.flatMap(({ name, timing, addedP95Ms, addedCpuMs }) => {
    const total = timing ? steadyTimes(timing)['total'] : undefined;
    if (!timing || !total) return [];
    const added = (value: number | null): string =>
      value === null ? '' : `${value < 0 ? '−' : '+'}${milliseconds(Math.abs(value))}`;
    return [[name, ...latencyCells(total), added(addedP95Ms), milliseconds(timing.cpuMs), added(addedCpuMs)]];
  });
  return {
    title: 'warm latency and cost',
    header: ['', ...latencyHeader, 'added p95', 'CPU a query', 'added CPU'],
    rows,
    right: [1, 2, 3, 4, 5, 6, 7, 8],
  };
}
