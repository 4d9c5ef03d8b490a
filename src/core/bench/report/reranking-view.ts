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
import type { ReportView, ViewTable } from './view.ts';

export function rerankingView(report: RerankingReport): ReportView {
  const { results, collections, checks, notes } = report;
  return {
    title: `bench reranking: ${collections.map(({ name }) => name).join(', ')}`,
    headline: checks[0]?.message ?? '',
    facts: [
      ...headFacts(report),
      [
        'stages',
        `${report.stages.candidates} candidates to ${report.stages.hits} hits, configured: ${report.configured}`,
      ],
      ['peak memory', `${formatBytes(report.peakRssBytes)} of this process, all rerankers loaded`],
    ],
    tables: [qualityTable(report), ...liftTables(results), timingTable(results)],
    checks,
    notes,
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
