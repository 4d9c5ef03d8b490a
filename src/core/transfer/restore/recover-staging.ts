/**
 * A snapshot of a backup into its staging collection: the server unpacks it, and what came out is read back.
 *
 * The collection is made first, with qdx's mark: recovering replaces its points and keeps its metadata, so that at no moment
 * there is a collection of which nobody knows whose it is.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { counted, formatCount } from '../../../lib/quantities.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { waitUntilReady } from '../../qdrant/collection/readiness.ts';
import { recoverSnapshot } from '../../qdrant/snapshots.ts';
import { alignShards } from '../collection/align-shards.ts';
import type { BackedUpCollection, FileEntry, ShardSnapshot } from '../backup-folder/manifest.ts';
import { notTaken } from '../collection/not-taken.ts';
import { digestCollection } from '../points/collection-digest.ts';
import type { RangeDigest } from '../points/scan-range.ts';
import { recoverShards } from '../collection/snapshot-pieces.ts';
import { createStaging, dropStaging, finishStaging } from '../collection/staging.ts';
import { reached } from '../journal/steps.ts';
import type { FilledFromBackup, FillInput } from './fill-from-backup.ts';

/** @throws QdxError `verification` where other points came out than went in; the staging collection is then removed. */
export async function recoverStaging(
  connection: Connection,
  { item, staging, mark, parallel, waitForIndex, peerUrls = [] }: FillInput,
  run: RunOptions,
): Promise<FilledFromBackup> {
  const { physical } = staging;
  const { description, collection } = item;
  const { shardKeys } = description;
  const digest = () => digestCollection(connection, { physical, shardKeys, parallel }, run);
  if (!staging.isLeftover) await createStaging(connection, physical, description, mark, run);
  reached(run, 'restore.created');
  // Of several replicas one may be complete, and the others not.
  const isKnown = collection.pointsHash !== null && collection.shardSnapshots === undefined;
  const left = staging.isLeftover && isKnown ? await digest() : null;
  const isKept = left !== null && left.pointsHash === collection.pointsHash && left.points > 0;
  const recover = async (): Promise<RangeDigest> => {
    run.onEvent?.({ type: 'phase', name: 'recovering', detail: physical });
    const files = { whole: collection.snapshot, shards: collection.shardSnapshots ?? [] };
    await recoverFiles(connection, { physical, path: collection.path, ...files, peerUrls }, run);
    reached(run, 'restore.loaded');
    return digest();
  };
  const found = isKept ? left : await recover();
  try {
    assertSame(physical, collection, found);
  } catch (error) {
    if (isQdxError(error) && error.kind === 'verification') await dropStaging(connection, physical);
    throw error;
  }
  reached(run, 'restore.compared');
  if (waitForIndex) await waitUntilReady(connection, physical, run);
  await finishStaging(connection, physical, description);
  const notRestored = await notTaken(connection, physical, description, run);
  reached(run, 'restore.finished');
  return { pointsHash: found.pointsHash, pointsKept: isKept ? collection.points : 0, notRestored };
}

interface FilesInput {
  readonly physical: string;
  /** Folder of the files. */
  readonly path: string;
  readonly whole: FileEntry | undefined;
  readonly shards: readonly ShardSnapshot[];
  readonly peerUrls: readonly string[];
}

async function recoverFiles(connection: Connection, input: FilesInput, run: RunOptions): Promise<void> {
  const { physical, path, whole, shards, peerUrls } = input;
  const opened = (file: FileEntry) => ({
    ...file,
    open: () => createReadStream(join(path, file.file), { highWaterMark: 1024 * 1024 }),
  });
  if (whole) return recoverSnapshot(connection, physical, opened(whole), run);
  await alignShards(connection, physical, shards);
  const sources = shards.map((each) => ({ shard: each.shard, file: opened(each) }));
  return recoverShards(connection, { physical, peerUrls, sources }, run);
}

/**
 * Where something was written while the snapshot was made, how many points it has is known to lie between two counts, if
 * nothing was both added and removed; that an empty collection is no restored one, always (qdrant#10135).
 */
function assertSame(
  physical: string,
  { name, points, pointsHash, countBefore, countAfter }: BackedUpCollection,
  found: RangeDigest,
): void {
  const counts = `${physical} holds ${counted(found.points, 'points')} after the recovery`;
  const isKnown = pointsHash !== null || countBefore === countAfter;
  if (isKnown && found.points !== points)
    throw new QdxError('verification', `${counts}, the snapshot of ${name} ${formatCount(points)}`);
  if (!isKnown && found.points === 0)
    throw new QdxError('verification', `${counts}, ${name} had ${formatCount(countBefore)}`);
  if (pointsHash !== null && found.pointsHash !== pointsHash)
    throw new QdxError('verification', `${physical} holds other points than ${name} had: their hash differs`);
}
