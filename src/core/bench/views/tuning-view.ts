/**
 * What a reader sees of `bench quantization` and `bench hnsw`.
 */
import { counted, formatBytes } from '../../../lib/quantities.ts';
import type { Applied } from '../tuning/apply.ts';
import type { TuningReport } from '../suites/tuning.ts';
import type { TuningRow } from '../tuning/row.ts';
import { headFacts, interval, latencyCell, milliseconds, score } from './figures.ts';
import type { ReportView, ScatterChart, ViewTable } from './view.ts';

export function tuningView(report: TuningReport & { readonly applied: Applied | null }, advice: string): ReportView {
  const { suite, collections, recommended, leastRecall, rows } = report;
  return {
    title: `bench ${suite}: ${collections.map(({ name }) => name).join(', ')}`,
    headline: recommended
      ? `recommended: ${recommended.build}, ${recommended.way}: recall@10 ${score(recommended.recall.mean)} (${interval(recommended.recall)}), p95 ${milliseconds(recommended.p95Ms)} on the server, ${recommended.speedUp.toFixed(1)}x as fast as now. ${advice}`
      : `nothing holds recall@10 ${leastRecall}: leave it as it is`,
    facts: [
      ...headFacts(report),
      [
        'copied',
        `${counted(report.copied, 'points')}; ${report.queries} queries ${report.queriesFrom === 'input' ? 'of the input' : 'that are points of the collection'}`,
      ],
      ...(report.exact
        ? [
            [
              'exact search',
              `p50 ${milliseconds(report.exact.p50Ms)}, p95 ${milliseconds(report.exact.p95Ms)} on the server`,
            ] as const,
          ]
        : []),
    ],
    charts: charts(report),
    tables: [
      rowTable(
        'Pareto front: nothing is better in recall, time and memory',
        rows.filter(({ isOnFront }) => isOnFront),
        recommended,
      ),
      rowTable('all', rows, recommended),
      ...appliedTable(report.applied),
    ],
    queries: null,
    checks: report.checks,
    notes: report.notes,
    failedQueries: report.failedQueries,
    figures: rows
      .filter((row) => row.void === null)
      .flatMap(({ build, way, recall, p95Ms, ramBytes }) => [
        { name: 'recall_at_10', labels: { build, way }, value: recall.mean },
        { name: 'server_p95_seconds', labels: { build, way }, value: p95Ms / 1000 },
        { name: 'vector_ram_bytes', labels: { build, way }, value: ramBytes },
      ]),
  };
}

/** Recall against time and against memory; rows that are void are not drawn. */
function charts({ rows, recommended, leastRecall }: TuningReport): ScatterChart[] {
  const shown = rows.filter((row) => row.void === null);
  if (shown.length === 0) return [];
  const voided = rows.length - shown.length;
  const chart = (what: string, x: ScatterChart['x'], of: (row: TuningRow) => number): ScatterChart => ({
    kind: 'scatter',
    title: `Recall against ${what}`,
    caption: `Each mark is one way to search one build; the line joins those that nothing beats in both. ${voided === 0 ? '' : `${voided} void rows are not drawn. `}The table below has every figure.`,
    x,
    y: { title: 'recall@10', isBetter: 'high', format: (value) => value.toFixed(2) },
    least: leastRecall,
    points: shown.map((row) => ({
      x: of(row),
      y: row.recall.mean,
      series: row.build,
      label: `${row.build}, ${row.way}: recall@10 ${score(row.recall.mean)}, p95 ${milliseconds(row.p95Ms)}, ${formatBytes(row.ramBytes)}`,
      isPicked: isSame(row, recommended),
    })),
  });
  return [
    chart(
      'p95',
      { title: 'p95 on the server', isBetter: 'low', format: (value) => `${Number(value.toPrecision(3))} ms` },
      ({ p95Ms }) => p95Ms,
    ),
    chart('memory', { title: 'vectors in memory', isBetter: 'low', format: formatBytes }, ({ ramBytes }) => ramBytes),
  ];
}

function rowTable(title: string, rows: readonly TuningRow[], recommended: TuningRow | null): ViewTable {
  const isJudged = rows.some(({ ndcgAt10 }) => ndcgAt10 !== null);
  const header = [
    '',
    'build',
    'search',
    'recall@10',
    '95 % interval',
    ...(isJudged ? ['nDCG@10'] : []),
    'p50',
    'p95',
    'speed-up',
    'RAM',
    'disk',
    '',
  ];
  return {
    title,
    header,
    rows: rows.map((row) => [
      isSame(row, recommended) ? '*' : '',
      row.build,
      row.way,
      score(row.recall.mean),
      interval(row.recall),
      ...(isJudged ? [row.ndcgAt10 === null ? '' : score(row.ndcgAt10)] : []),
      latencyCell(row.server, 'p50Ms'),
      latencyCell(row.server, 'p95Ms'),
      `${row.speedUp.toFixed(2)}x`,
      formatBytes(row.ramBytes),
      formatBytes(row.diskBytes),
      row.void === null ? '' : `void: ${row.void}`,
    ]),
    right: header.flatMap((_, column) => (column > 2 && column < header.length - 1 ? [column] : [])),
  };
}

const isSame = (row: TuningRow, other: TuningRow | null): boolean =>
  other !== null && row.build === other.build && row.way === other.way;

const appliedTable = (applied: Applied | null): ViewTable[] =>
  applied
    ? [
        {
          title: 'applied',
          header: ['', ''],
          rows: [
            ['collection', applied.collection],
            ['before', JSON.stringify(applied.before)],
            ['after', JSON.stringify(applied.after)],
            [
              'segments',
              `${applied.quantizedSegments} of ${applied.segments} are quantized; small ones stay as they are until they grow`,
            ],
            ['configuration before it', applied.backup],
          ],
          right: [],
        },
      ]
    : [];
