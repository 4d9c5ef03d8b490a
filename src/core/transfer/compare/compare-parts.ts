/**
 * Does a collection hold exactly the points of a backup? Every point is read back and hashed, range by range; where a range
 * differs, its points are compared one by one, so that the message can name them.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import type { LocatedCollection, LocatedPart } from '../backup-folder/join-shards.ts';
import { readPart } from '../backup-folder/part-file.ts';
import { displayId, type IdToken } from '../points/point-order.ts';
import { sumOfHashes } from '../points/points-hash.ts';
import { createPageSize, digestRange, scanRange, type PageSize } from '../points/scan-range.ts';
import { lineDigest } from '../points/comparable-line.ts';

export interface CompareInput {
  readonly physical: string;
  readonly collection: LocatedCollection;
  readonly parallel: number;
}

/**
 * The hash of what is in the collection, which equals the backup's.
 * @throws QdxError `verification` where they differ in any point.
 */
export async function assertSamePoints(
  connection: Connection,
  input: CompareInput,
  run: RunOptions = {},
): Promise<string> {
  const { physical, collection, parallel } = input;
  const pageSize = createPageSize();
  let compared = 0;
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: physical });
  const compare = async (part: LocatedPart): Promise<string> => {
    const onPage = (points: number) => {
      run.signal?.throwIfAborted();
      compared += points;
      const total = collection.points;
      run.onEvent?.({ type: 'progress', stage: 'comparing', done: compared, total, unit: 'points' });
    };
    const found = await digestRange(connection, { physical, range: part, pageSize }, { ...run, onPage });
    if (found.points !== part.points || found.pointsHash !== part.pointsHash)
      throw await differingPoints(connection, input, part, pageSize);
    return found.pointsHash;
  };
  const hashes: string[] = [];
  for await (const hash of mapOrdered(partsOf(collection), compare, { inFlight: parallel })) hashes.push(hash);
  const count = await countPoints(connection, physical, run);
  if (count === collection.points) return sumOfHashes(hashes);
  throw new QdxError('verification', `${physical} holds ${count} points, the backup ${collection.points}`);
}

async function* partsOf({ parts }: LocatedCollection): AsyncGenerator<LocatedPart, void, undefined> {
  yield* parts;
}

/** A part is small enough for its ids and hashes to be held. */
async function differingPoints(
  connection: Connection,
  { physical }: CompareInput,
  part: LocatedPart,
  pageSize: PageSize,
): Promise<QdxError> {
  const expected = new Map<IdToken, string>();
  for await (const page of readPart(part.path)) for (const { id, line } of page) expected.set(id, lineDigest(line));
  const changed: IdToken[] = [];
  const extra: IdToken[] = [];
  for await (const page of scanRange(connection, { physical, range: part, pageSize }))
    for (const { id, line } of page) {
      const hash = expected.get(id);
      if (hash === undefined) extra.push(id);
      else if (hash !== lineDigest(line)) changed.push(id);
      expected.delete(id);
    }
  const missing = [...expected.keys()];
  const first = [...missing, ...changed, ...extra][0] ?? '';
  return new QdxError(
    'verification',
    `${physical} differs from ${part.file}: ${missing.length} points missing, ${changed.length} changed, ` +
      `${extra.length} too many (the first: ${displayId(first)})`,
    { details: { part: part.file, missing: missing.length, changed: changed.length, extra: extra.length } },
  );
}
