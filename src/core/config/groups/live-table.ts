/**
 * Rows of the settings of the log of searches, and of what watches it.
 */
import type { SettingRow } from './setting-row.ts';

export const liveTable = {
  'live.log': {
    type: 'switch',
    env: ['QDX_LOG'],
    description: 'Log times and result ids of searches in the data folder, for qdx stats',
  },
  'live.logQueries': {
    type: 'switch',
    env: ['QDX_LOG_QUERIES'],
    description: 'Keep the text of queries in that log',
    userOnly: true,
  },
  'live.logBytes': {
    type: 'number',
    env: ['QDX_LOG_BYTES'],
    description: 'Size of that log; its oldest quarter goes when it is full',
  },
  'live.intervalSeconds': {
    flag: 'interval',
    value: '<s>',
    type: 'number',
    env: ['QDX_INTERVAL'],
    description: 'Time between two looks of --watch',
  },
  'live.recallSample': {
    flag: 'recall-sample',
    value: '<n>',
    type: 'number',
    env: ['QDX_RECALL_SAMPLE'],
    description: 'Logged queries that --recall asks again at most',
  },
} as const satisfies Record<string, SettingRow>;
