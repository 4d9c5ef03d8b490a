/**
 * What the tests of restore share.
 */
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import type { RestoreParams } from '../../../src/core/transfer/restore.ts';

/** Of everything in the backup, with all guards closed and yes to every question. */
export const restoreAll = (change: Partial<RestoreParams> & Pick<RestoreParams, 'folder'>): RestoreParams => ({
  select: [],
  dryRun: false,
  allowEmpty: false,
  allowGap: false,
  allowShrink: false,
  waitForIndex: false,
  breakLock: false,
  batchSize: 16,
  parallel: 2,
  confirm: async () => true,
  confirmed: [],
  ask: async () => null,
  owner: lockOwner('test'),
  ...change,
});
