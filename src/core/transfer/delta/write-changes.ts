/**
 * Changes that a scan found, into a collection where nobody else writes. Confirmed when it returns.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { deleteRaw } from '../points/delete-raw.ts';
import { loadPoints } from '../points/load-points.ts';
import type { RawPoint } from '../points/raw-points.ts';
import type { Changes } from './scan-changes.ts';
import type { Side } from '../points/side.ts';

export interface WriteOptions {
  readonly batchSize: number;
  readonly parallel: number;
  /** What a point of the scanned collection is in this one; absent: the same. */
  readonly make?: (points: readonly RawPoint[]) => Promise<readonly RawPoint[]>;
}

export async function writeChanges(
  { connection, physical }: Side,
  { range: { shardKey }, inserted, changed, deleted }: Changes,
  { batchSize, parallel, make = async (points) => points }: WriteOptions,
  run: RunOptions,
): Promise<void> {
  const upserts = [...inserted, ...changed];
  const place = { physical, shardKey, batchSize, parallel, onLoaded: () => {} };
  if (upserts.length > 0) await loadPoints(connection, place, onePage(await make(upserts)), run);
  await deleteRaw({ connection, physical }, deleted, shardKey, run);
}

async function* onePage<T>(page: T): AsyncGenerator<T, void, undefined> {
  yield page;
}
