/**
 * What a collection holds now, by count and one hash over all points.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { describeCollection } from './collection-description.ts';
import { sumOfHashes } from './points-hash.ts';
import { createPageSize, digestRange, type RangeDigest } from './scan-range.ts';

export async function digestCollection(
  connection: Connection,
  physical: string,
  run: RunOptions,
): Promise<RangeDigest> {
  const { shardKeys } = await describeCollection(connection, { physical, aliases: [] }, run);
  const pageSize = createPageSize();
  const digests: RangeDigest[] = [];
  let read = 0;
  const onPage = (points: number): void => {
    run.signal?.throwIfAborted();
    read += points;
    run.onEvent?.({ type: 'progress', stage: 'hashing', done: read, unit: 'points' });
  };
  for (const shardKey of shardKeys.length > 0 ? shardKeys : [null]) {
    const range = { from: null, to: null, shardKey };
    digests.push(await digestRange(connection, { physical, range, pageSize }, { ...run, onPage }));
  }
  return {
    points: digests.reduce((sum, { points }) => sum + points, 0),
    pointsHash: sumOfHashes(digests.map(({ pointsHash }) => pointsHash)),
  };
}
