/**
 * What the tests of restore share.
 */
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import type { OnEvent } from '../../../src/lib/events.ts';
import type { RestoreParams } from '../../../src/core/transfer/restore.ts';

/** Of everything in the backup, with all guards closed and yes to every question. */
export const restoreAll = (change: Partial<RestoreParams> & Pick<RestoreParams, 'folder'>): RestoreParams => ({
  select: [],
  dryRun: false,
  allowEmpty: false,
  allowGap: false,
  allowShrink: false,
  waitForIndex: false,
  scratchFolder: temporaryFolder(),
  breakLock: false,
  batchSize: 16,
  parallel: 2,
  confirm: async () => true,
  confirmed: [],
  ask: async () => null,
  owner: lockOwner('test'),
  ...change,
});

/**
 * Somebody writes under a name while points are restored: two inserted, one changed, one deleted, each confirmed before
 * anything is read back.
 */
export function writingMeanwhile(to: Connection, name: string): { waiting: Connection; onEvent: OnEvent } {
  let written: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const query = { wait: true };
    const points = [3, 9001, 9002].map((id) => ({ id, vector: [id, 1], payload: { late: true } }));
    await to.request('PUT', `/collections/${name}/points`, { query, body: { points } });
    await to.request('POST', `/collections/${name}/points/delete`, { query, body: { points: [4] } });
  };
  return {
    waiting: {
      ...to,
      requestRaw: async (...args) => {
        await written;
        return to.requestRaw(...args);
      },
    },
    onEvent: (event) => {
      if (event.type === 'progress' && event.stage === 'restoring') written ??= write();
    },
  };
}
