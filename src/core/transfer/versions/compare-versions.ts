/**
 * Two versions of one name, read side by side once: what each holds, and which points only one of them has.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { describeCollection } from '../collection/collection-description.ts';
import type { PointDifferences } from '../compare/difference-lists.ts';
import { createPointComparison } from '../compare/merge-points.ts';
import { allPoints } from '../compare/reference.ts';
import { createPointsHash, type PointsHash } from '../points/points-hash.ts';
import type { RawPoint } from '../points/raw-points.ts';
import type { KeptState } from '../switch/take-name.ts';

export interface VersionComparison {
  readonly older: KeptState;
  readonly newer: KeptState;
  /** `missing`: only in the older one; `extra`: only in the newer one. */
  readonly points: PointDifferences;
}

export async function compareVersions(
  connection: Connection,
  names: { readonly older: string; readonly newer: string },
  run: RunOptions,
): Promise<VersionComparison> {
  const comparison = createPointComparison((done) => {
    run.signal?.throwIfAborted();
    run.onEvent?.({ type: 'progress', stage: 'comparing', done, unit: 'points' });
  });
  const [older, newer] = [createPointsHash(), createPointsHash()];
  const keys = { older: await shardKeysOf(names.older), newer: await shardKeysOf(names.newer) };
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${names.older} with ${names.newer}` });
  for (const key of new Set([...keys.older, ...keys.newer])) {
    const read = (side: 'older' | 'newer', hash: PointsHash) =>
      keys[side].includes(key) ? hashed(allPoints(connection, names[side], key, undefined, run), hash) : nothing();
    await comparison.add(read('older', older), read('newer', newer));
  }
  const stateOf = (hash: PointsHash): KeptState => ({ points: hash.points, pointsHash: hash.digest() });
  return { older: stateOf(older), newer: stateOf(newer), points: comparison.result() };

  async function shardKeysOf(physical: string): Promise<readonly (string | number | null)[]> {
    const { shardKeys } = await describeCollection(connection, { physical, aliases: [] }, run);
    return shardKeys.length > 0 ? shardKeys : [null];
  }
}

async function* hashed(
  pages: AsyncIterable<readonly RawPoint[]>,
  hash: PointsHash,
): AsyncGenerator<readonly RawPoint[], void, undefined> {
  for await (const page of pages) {
    for (const { line } of page) hash.add(line);
    yield page;
  }
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}
