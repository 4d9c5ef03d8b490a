/** A report with everything in it that a report can have, and with text that attacks whatever shows it. */
import type { ReportView } from '../../src/core/bench/views/view.ts';

const hostile =
  '</td></script><script>alert("x")</script><img src=x onerror=alert(1)> | `a` \u0007\u202Eright to left\u202C 100 %, a:b\nsecond';

const interval = { lower: -0.2, upper: 0.1 };
const hit = { rank: 1, place: hostile, snippet: hostile, grade: 2 };

export const hostileView: ReportView = {
  title: `bench: ${hostile}`,
  headline: hostile,
  facts: [['host', hostile]],
  charts: [
    {
      kind: 'scatter',
      title: hostile,
      caption: hostile,
      x: { title: hostile, isBetter: 'low', format: String },
      y: { title: 'recall', isBetter: 'high', format: String },
      least: 0.95,
      points: [
        { x: 1, y: 0.9, series: hostile, label: hostile, isPicked: false },
        { x: 50, y: 0.97, series: 'int8', label: 'int8', isPicked: true },
      ],
    },
    {
      kind: 'bars',
      title: hostile,
      caption: hostile,
      groups: [
        {
          name: hostile,
          bars: [
            { series: hostile, value: 0.5, interval },
            { series: 'b', value: 0 },
          ],
        },
      ],
      format: String,
    },
    {
      kind: 'histogram',
      title: hostile,
      caption: hostile,
      values: [-0.5, 0, 0.2],
      isDifference: true,
      mean: 0,
      interval,
    },
    { kind: 'histogram', title: 'all alike', caption: '', values: [1], isDifference: false, mean: 1, interval },
    {
      kind: 'ranges',
      title: hostile,
      caption: hostile,
      rows: [{ name: hostile, p50Ms: 1, p95Ms: 2, p99Ms: 3, doubts: ['p99Ms'] }],
    },
  ],
  tables: [
    {
      title: 'worst',
      header: ['query', 'ndcg@10', ''],
      rows: [[hostile, '0.1', { text: '5 ms', doubt: hostile }]],
      right: [1],
    },
  ],
  queries: {
    title: 'Worst queries',
    shown: [
      {
        id: hostile,
        text: hostile,
        tags: [hostile],
        lists: [{ name: hostile, score: '0.1', hits: [hit], answers: [{ place: hostile, grade: 2, rank: null }] }],
      },
    ],
  },
  checks: [
    { name: hostile, status: 'failed', message: hostile },
    { name: 'kept', status: 'warning', message: 'nearly' },
  ],
  notes: [hostile],
  failedQueries: 0,
  figures: [
    { name: 'ndcg_at_10', labels: { query: hostile }, value: 0.5 },
    { name: 'broken', labels: {}, value: Number.NaN },
  ],
  command: `qdx bench search --queries ${hostile}`,
};
