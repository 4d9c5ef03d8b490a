/**
 * Rows of the settings of `qdx embed --on kaggle`.
 */
import type { SettingRow } from './setting-row.ts';

export const kaggleTable = {
  'kaggle.account': {
    flag: 'kaggle-account',
    value: '<name>',
    type: 'text',
    env: ['QDX_KAGGLE_ACCOUNT', 'KAGGLE_USERNAME'],
    description: 'Whose private dataset and notebook it becomes',
    absent: 'who the kaggle command is logged in as',
    userOnly: true,
  },
  'kaggle.shards': {
    flag: 'kaggle-shards',
    value: '<n>',
    type: 'number',
    env: ['QDX_KAGGLE_SHARDS'],
    description: 'Files that come back, one for each GPU there',
  },
  'kaggle.stopAfterMinutes': {
    flag: 'kaggle-stop-after-minutes',
    value: '<n>',
    type: 'number',
    env: ['QDX_KAGGLE_STOP_AFTER_MINUTES'],
    description: 'When the notebook stops by itself, before Kaggle does; it is then started again',
  },
  'kaggle.pollMs': {
    flag: 'kaggle-poll-ms',
    value: '<ms>',
    type: 'number',
    env: ['QDX_KAGGLE_POLL_MS'],
    description: 'How often Kaggle is asked',
  },
} as const satisfies Record<string, SettingRow>;
