/**
 * Makes one collection hold exactly the points of another, byte for byte: both are read side by side in the order of ids, and
 * only what differs is written or deleted. Run again it does nothing, so it copies, resumes a copy and follows late changes.
 */
import type { RunOptions } from '../../../../lib/events.ts';
import type { Connection } from '../../../qdrant/connection/connection.ts';
import { createCursor, passRest, takeAt } from '../../points/cursor.ts';
import { allPoints } from '../../compare/reference.ts';
import { loadPoints } from '../../points/load-points.ts';
import { deleteRaw } from '../../points/delete-raw.ts';
import type { IdToken } from '../../points/point-order.ts';
import { createPointsHash, sumOfHashes } from '../../points/points-hash.ts';
import type { RawPoint } from '../../points/raw-points.ts';
import type { IdRange } from '../../points/scan-range.ts';
import { isSameLine } from '../../points/comparable-line.ts';

export interface LevelInput {
  readonly from: string;
  readonly to: string;
  readonly shardKeys: readonly (string | number)[];
  readonly batchSize: number;
  readonly parallel: number;
  /** For progress. */
  readonly stage: string;
}

export interface Levelled {
  /** Of the first collection, as it was read. */
  readonly points: number;
  readonly pointsHash: string;
  /** Points that were written or deleted in the second one. */
  readonly differed: number;
}

export async function levelPoints(connection: Connection, input: LevelInput, run: RunOptions): Promise<Levelled> {
  const keys = input.shardKeys.length > 0 ? input.shardKeys : [null];
  const levelled: Levelled[] = [];
  for (const shardKey of keys) levelled.push(await levelShards(connection, { ...input, shardKey }, run));
  return {
    points: levelled.reduce((sum, { points }) => sum + points, 0),
    pointsHash: sumOfHashes(levelled.map(({ pointsHash }) => pointsHash)),
    differed: levelled.reduce((sum, { differed }) => sum + differed, 0),
  };
}

async function levelShards(
  connection: Connection,
  input: LevelInput & { readonly shardKey: IdRange['shardKey'] },
  run: RunOptions,
): Promise<Levelled> {
  const { from, to, shardKey, batchSize, parallel, stage } = input;
  const hash = createPointsHash();
  const extra: IdToken[] = [];
  let differed = 0;
  const wanted = allPoints(connection, from, shardKey, undefined, run);
  const found = allPoints(connection, to, shardKey, undefined, run);
  async function* missing(): AsyncGenerator<readonly RawPoint[], void, undefined> {
    const present = createCursor(found);
    for await (const page of wanted) {
      run.signal?.throwIfAborted();
      const differing: RawPoint[] = [];
      for (const point of page) {
        hash.add(point.line);
        const other = await takeAt(present, point.id, ({ id }) => extra.push(id));
        if (!other || !isSameLine(other.line, point.line)) differing.push(point);
      }
      differed += differing.length;
      run.onEvent?.({ type: 'progress', stage, done: hash.points, unit: 'points' });
      yield differing;
    }
    await passRest(present, ({ id }) => extra.push(id));
  }
  await loadPoints(connection, { physical: to, shardKey, batchSize, parallel, onLoaded: () => {} }, missing(), run);
  await deleteRaw({ connection, physical: to }, extra, shardKey, run);
  return { points: hash.points, pointsHash: hash.digest(), differed: differed + extra.length };
}
