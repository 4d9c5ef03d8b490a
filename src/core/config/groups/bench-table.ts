/**
 * Rows of the settings of `qdx bench`.
 */
import type { SettingRow } from './setting-row.ts';

export const benchTable = {
  'bench.rounds': {
    flag: 'rounds',
    value: '<n>',
    type: 'number',
    env: ['QDX_ROUNDS'],
    description: 'Times that each query is asked for its latency',
  },
  'bench.depth': {
    flag: 'depth',
    value: '<n>',
    type: 'number',
    env: ['QDX_DEPTH'],
    description: 'Hits of each query that are judged',
  },
  'bench.points': {
    flag: 'max-points',
    value: '<n>',
    type: 'number',
    env: ['QDX_MAX_POINTS'],
    description: 'Points that a scratch copy has at most',
  },
  'bench.queries': {
    flag: 'max-queries',
    value: '<n>',
    type: 'number',
    env: ['QDX_MAX_QUERIES'],
    description: 'Queries that are asked of a scratch copy at most',
  },
  'bench.quantizationRecall': {
    flag: 'least-recall',
    value: '<share>',
    type: 'number',
    env: ['QDX_LEAST_RECALL'],
    description: 'Least recall@10, against exact search, of what is recommended',
  },
  'bench.graphRecall': {
    flag: 'least-graph-recall',
    value: '<share>',
    type: 'number',
    env: ['QDX_LEAST_GRAPH_RECALL'],
    description: 'Least recall@10, against exact search, of the graph that is recommended',
  },
  'bench.graphMedianMs': {
    flag: 'most-median-ms',
    value: '<ms>',
    type: 'number',
    env: ['QDX_MOST_MEDIAN_MS'],
    description: 'Most milliseconds that half of the searches may take on the server',
  },
  'bench.graphTailMs': {
    flag: 'most-tail-ms',
    value: '<ms>',
    type: 'number',
    env: ['QDX_MOST_TAIL_MS'],
    description: 'Most milliseconds that 95 % of the searches may take on the server',
  },
  'bench.users': {
    flag: 'users',
    value: '<numbers>',
    type: 'text',
    env: ['QDX_USERS'],
    description: 'Users at once, a run each',
  },
  'bench.sessions': {
    flag: 'sessions',
    value: '<numbers>',
    type: 'text',
    env: ['QDX_SESSIONS'],
    description: 'Sessions side by side, a run each',
  },
  'bench.batches': {
    flag: 'batches',
    value: '<numbers>',
    type: 'text',
    env: ['QDX_BATCHES'],
    description: 'Points in one request, a run each',
  },
  'bench.inFlight': {
    flag: 'in-flight',
    value: '<numbers>',
    type: 'text',
    env: ['QDX_IN_FLIGHT'],
    description: 'Requests on their way, a run each',
  },
  'bench.poolDepth': {
    flag: 'pool-depth',
    value: '<n>',
    type: 'number',
    env: ['QDX_POOL_DEPTH'],
    description: 'Hits of each way to search that are to be judged',
  },
  'bench.seed': {
    flag: 'seed',
    value: '<n>',
    type: 'number',
    env: ['QDX_SEED'],
    description: 'Of everything that a bench draws at random',
  },
} as const satisfies Record<string, SettingRow>;
