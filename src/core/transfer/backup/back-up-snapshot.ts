/**
 * One collection as Qdrant's own snapshot, with what that lacks beside it: aliases, the configuration as described, the card.
 *
 * A snapshot cannot be read without a server. So that a restore can be proven all the same, all points are hashed before it is
 * made and again after: where both agree, it holds exactly these.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { createPartialFile } from '../../../lib/partial-file.ts';
import { formatBytes } from '../../../lib/quantities.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import {
  createSnapshot,
  downloadSnapshot,
  listSnapshots,
  removeSnapshot,
  type ServerSnapshot,
} from '../../qdrant/snapshots.ts';
import { readReplicas } from '../../qdrant/stats/replicas.ts';
import { type BackedUpCollection, type FileEntry, snapshotName } from '../backup-folder/manifest.ts';
import { type CollectionDescription, describeCollection } from '../collection-description.ts';
import { digestCollection } from '../collection-digest.ts';
import { countIn } from '../ranges.ts';
import type { RangeDigest } from '../scan-range.ts';
import { reached } from '../steps.ts';
import { begin, type CollectionInput, descriptionEntry, takeUp } from './back-up-collection.ts';
import { changedDescription } from './check-consistency.ts';
import type { CollectionProgress, SnapshotProgress } from './progress-state.ts';

/** @throws QdxError `refused` for a collection of which one snapshot is not all; `verification` under `--strict`. */
export async function backUpSnapshot(
  connection: Connection,
  input: CollectionInput,
  run: RunOptions,
): Promise<BackedUpCollection> {
  const { listed, root } = input;
  run.onEvent?.({ type: 'phase', name: 'reading', detail: listed.physical });
  const description = await describeCollection(connection, listed, run);
  await assertOneSnapshotIsAll(connection, description, run);
  const progress = input.progress
    ? await takeUp(input, input.progress, description)
    : await begin(connection, input, description, run);
  const { before, file } = await fetchSnapshot(connection, input, progress, run);
  const after = await digestIfAsked(connection, input, run);
  const changes = [
    ...(before && after && isOther(before, after) ? ['its points are others than before the snapshot'] : []),
    ...(await changedDescription(connection, { description }, run)),
  ];
  tellChanges(input, changes, run);
  const countAfter = await countIn(connection, { physical: listed.physical }, null, run);
  const isProven = after !== null && changes.length === 0;
  reached(run, 'backup.compared');
  return {
    name: listed.physical,
    aliases: description.aliases,
    folder: progress.folder,
    points: isProven ? after.points : countAfter,
    pointsHash: isProven ? after.pointsHash : null,
    consistency: changes.length > 0 ? 'snapshot-while-writing' : isProven ? 'snapshot' : 'snapshot-unchecked',
    countBefore: progress.countBefore,
    countAfter,
    description: await descriptionEntry(join(root, progress.folder)),
    parts: [],
    snapshot: file,
  };
}

const isOther = (before: RangeDigest, after: RangeDigest): boolean =>
  before.points !== after.points || before.pointsHash !== after.pointsHash;

/** A snapshot holds the shards of the peer that makes it; and under another name, Qdrant loses keyed shards (its #10135). */
export async function assertOneSnapshotIsAll(
  connection: Connection,
  { name, shardKeys }: CollectionDescription,
  run: RunOptions,
  hint = 'leave out --snapshot: a backup by points holds all shards, and can be restored anywhere',
): Promise<void> {
  if (shardKeys.length > 0)
    throw new QdxError('refused', `${name} has shard keys, and Qdrant cannot restore its snapshot under another name`, {
      hint,
    });
  const replicas = await readReplicas(connection, name, run.signal);
  const here = new Set(replicas.filter(({ points, state }) => points !== undefined && state === 'Active').map(shardOf));
  const missing = [...new Set(replicas.map(shardOf))].filter((shard) => !here.has(shard));
  if (missing.length === 0) return;
  const which = `${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')}`;
  throw new QdxError('refused', `${name}: ${connection.url} does not hold ${which}, so its snapshot would lack them`, {
    hint,
    details: { missing },
  });
}

const shardOf = ({ shard }: { readonly shard: number }): number => shard;

async function digestIfAsked(
  connection: Connection,
  { listed, secondScan, parallel }: CollectionInput,
  run: RunOptions,
): Promise<RangeDigest | null> {
  if (!secondScan) return null;
  return digestCollection(connection, { physical: listed.physical, shardKeys: [], parallel }, run);
}

interface FetchedSnapshot {
  /** Of the points before it was made; null: not asked for. */
  readonly before: RangeDigest | null;
  readonly file: FileEntry;
}

async function fetchSnapshot(
  connection: Connection,
  input: CollectionInput,
  progress: CollectionProgress,
  run: RunOptions,
): Promise<FetchedSnapshot> {
  const { listed, journal, root } = input;
  const { physical } = listed;
  const folder = join(root, progress.folder);
  const earlier = progress.snapshot;
  if (earlier?.name !== undefined) await removeSnapshot(connection, physical, earlier.name);
  if (earlier?.file && (await isThere(folder, earlier.file))) return { before: earlier.before, file: earlier.file };
  if (earlier && earlier.name === undefined) await tellOrphans(connection, physical, earlier, run);
  const before = await digestIfAsked(connection, input, run);
  const known = await listSnapshots(connection, physical, run);
  await journal.append({ type: 'snapshot-announced', collection: physical, before, known });
  reached(run, 'snapshot.announced');
  run.onEvent?.({ type: 'phase', name: 'making a snapshot', detail: physical });
  const made = await createSnapshot(connection, physical, run);
  reached(run, 'snapshot.created');
  try {
    await journal.append({ type: 'snapshot-made', collection: physical, name: made.name });
    reached(run, 'snapshot.noted');
    const file = await download(connection, physical, made, folder, run);
    reached(run, 'snapshot.downloaded');
    await journal.append({ type: 'snapshot-file', collection: physical, file });
    reached(run, 'snapshot.download-noted');
    return { before, file };
  } finally {
    await removeMade(connection, physical, made.name, run);
  }
}

const isThere = async (folder: string, { file, sizeBytes }: FileEntry): Promise<boolean> =>
  (await stat(join(folder, file)).catch(() => null))?.size === sizeBytes;

/** A run that was killed while the server worked cannot have noted the name. What may be somebody else's is not removed. */
export async function tellOrphans(
  connection: Connection,
  physical: string,
  { known }: Pick<SnapshotProgress, 'known'>,
  run: RunOptions,
): Promise<void> {
  const orphans = (await listSnapshots(connection, physical, run)).filter((name) => !known.includes(name));
  if (orphans.length === 0) return;
  const message =
    `an earlier run was stopped while the server made a snapshot; on the server there is now ${orphans.join(', ')}: ` +
    `unless it is somebody else's, remove it (DELETE /collections/${physical}/snapshots/NAME)`;
  run.onEvent?.({ type: 'warning', message });
}

export async function removeMade(
  connection: Connection,
  physical: string,
  name: string,
  run: RunOptions,
): Promise<void> {
  try {
    await removeSnapshot(connection, physical, name);
    reached(run, 'snapshot.removed');
  } catch (error) {
    if (!isQdxError(error)) throw error;
    const message = `snapshot ${name} of ${physical} stays on the server, it could not be removed: ${error.message}`;
    run.onEvent?.({ type: 'warning', message });
  }
}

/** @throws QdxError `verification` where other bytes arrived than the server hashed. */
async function download(
  connection: Connection,
  physical: string,
  { name, sizeBytes, sha256: stated }: ServerSnapshot,
  folder: string,
  run: RunOptions,
): Promise<FileEntry> {
  const partial = await createPartialFile(join(folder, snapshotName));
  const hash = createHash('sha256');
  const report = () =>
    run.onEvent?.({ type: 'progress', stage: 'downloading', done: partial.sizeBytes, total: sizeBytes, unit: 'bytes' });
  try {
    const write = async (chunk: Buffer) => {
      hash.update(chunk);
      await partial.write(chunk);
      report();
    };
    await downloadSnapshot(connection, physical, name, write, run);
    const sha256 = hash.digest('hex');
    if (partial.sizeBytes !== sizeBytes || (stated !== null && stated !== sha256))
      throw new QdxError(
        'verification',
        `snapshot ${name} did not arrive as the server made it: expected ${formatBytes(sizeBytes)} with sha256 ${stated ?? 'unknown'}, ` +
          `got ${formatBytes(partial.sizeBytes)} with ${sha256}`,
        { hint: 'run the same command again' },
      );
    await partial.finish();
    return { file: snapshotName, sizeBytes, sha256 };
  } catch (error) {
    await partial.abandon();
    throw error;
  }
}

/** @throws QdxError `verification` under `--strict`. */
function tellChanges({ listed, strict }: CollectionInput, changes: readonly string[], run: RunOptions): void {
  if (changes.length === 0) return;
  const message = `${listed.physical} was changed while its snapshot was made: ${changes.join('; ')}`;
  if (strict)
    throw new QdxError('verification', message, {
      hint: 'begin in another folder when nobody writes',
      details: { collection: listed.physical, changes },
    });
  run.onEvent?.({ type: 'warning', message });
}
