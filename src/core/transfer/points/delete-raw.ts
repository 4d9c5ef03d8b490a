/**
 * Points deleted by their ids, and confirmed.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import type { Side } from './side.ts';
import type { IdToken } from './point-order.ts';
import { type IdRange, idValue } from './scan-range.ts';

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
