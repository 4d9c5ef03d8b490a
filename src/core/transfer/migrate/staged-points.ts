/**
 * Changes of points in a staging collection, where nobody else writes.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import type { Changes } from '../delta/scan-changes.ts';
import type { Side } from '../delta/side.ts';
import { loadPoints } from '../load-points.ts';
import type { IdToken } from '../point-order.ts';
import { type IdRange, idValue } from '../scan-range.ts';
import type { FillStrategy } from './fill-strategy.ts';

const idsPerRequest = 1000;

export async function deleteRaw(
  { connection, physical }: Side,
  ids: readonly IdToken[],
  shardKey: IdRange['shardKey'],
  { signal }: RunOptions,
): Promise<void> {
  for (let start = 0; start < ids.length; start += idsPerRequest) {
    const points = ids.slice(start, start + idsPerRequest).map(idValue);
    const body = { points, ...(shardKey !== null && { shard_key: shardKey }) };
    const options = { query: { wait: true }, body, ...(signal && { signal }) };
    await connection.request('POST', pointsPath(physical, '/delete'), options);
  }
}

/** What the source has otherwise now, in the staging collection as well. */
export async function carryOver(
  staging: Side,
  { range, inserted, changed, deleted }: Changes,
  { strategy, batchSize }: { readonly strategy: FillStrategy; readonly batchSize: number },
  run: RunOptions,
): Promise<void> {
  const upserts = [...inserted, ...changed];
  const place = { physical: staging.physical, shardKey: range.shardKey, batchSize, parallel: 2, onLoaded: () => {} };
  if (upserts.length > 0) await loadPoints(staging.connection, place, onePage(await strategy.make(upserts, run)), run);
  await deleteRaw(staging, deleted, range.shardKey, run);
}

async function* onePage<T>(page: T): AsyncGenerator<T, void, undefined> {
  yield page;
}
