/**
 * One collection as Qdrant's own snapshot, or one for each shard of it, with what that lacks beside it: aliases, the configuration as described, the card.
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
  type SnapshotOf,
  snapshotPath,
} from '../../qdrant/snapshots.ts';
import type { BackedUpCollection, FileEntry } from '../backup-folder/manifest.ts';
import { type CollectionDescription, describeCollection } from '../collection/collection-description.ts';
import { digestCollection } from '../points/collection-digest.ts';
import type { RangeDigest } from '../points/scan-range.ts';
import { reached } from '../journal/steps.ts';
import { findPieces, type SnapshotPiece } from '../collection/snapshot-pieces.ts';
import { beginOrTakeUp, type CollectionInput, countAll, headOf } from './back-up-collection.ts';
import { changedDescription } from './check-consistency.ts';
import type { CollectionProgress, SnapshotProgress } from './progress-state.ts';

/** @throws QdxError `refused` where a shard lies on a peer that cannot be reached; `verification` under `--strict`. */
export async function backUpSnapshot(
  connection: Connection,
  input: CollectionInput,
  run: RunOptions,
): Promise<BackedUpCollection> {
  const { listed, peerUrls = [] } = input;
  const described = await describeCollection(connection, listed, run);
  const pieces = await findPieces(connection, { description: described, peerUrls }, run);
  const { description, progress } = await beginOrTakeUp(connection, input, run);
  const { before, files } = await fetchPieces(connection, { ...input, description, progress, pieces }, run);
  const after = await digestIfAsked(connection, input, description, run);
  const changes = [
    ...(before && after && isOther(before, after) ? ['its points are others than before the snapshot'] : []),
    ...(await changedDescription(connection, { description }, run)),
  ];
  tellChanges(input, changes, run);
  const countAfter = await countAll(connection, input, description, run);
  const isProven = after !== null && changes.length === 0;
  reached(run, 'backup.compared');
  return {
    ...(await headOf(input, { description, progress })),
    points: isProven ? after.points : countAfter,
    pointsHash: isProven ? after.pointsHash : null,
    consistency: changes.length > 0 ? 'snapshot-while-writing' : isProven ? 'snapshot' : 'snapshot-unchecked',
    countAfter,
    parts: [],
    ...asEntries(pieces, files),
  };
}

type FilesByShard = ReadonlyMap<number | null, FileEntry>;

function asEntries(
  pieces: readonly SnapshotPiece[],
  files: FilesByShard,
): Pick<BackedUpCollection, 'snapshot' | 'shardSnapshots'> {
  const whole = files.get(null);
  if (whole) return { snapshot: whole };
  const shardSnapshots = pieces.flatMap(({ shard, shardKey }) => {
    const file = files.get(shard);
    return file && shard !== null ? [{ ...file, shard, shardKey }] : [];
  });
  return { shardSnapshots };
}

const isOther = (before: RangeDigest, after: RangeDigest): boolean =>
  before.points !== after.points || before.pointsHash !== after.pointsHash;

async function digestIfAsked(
  connection: Connection,
  { listed, secondScan, parallel }: CollectionInput,
  { shardKeys }: CollectionDescription,
  run: RunOptions,
): Promise<RangeDigest | null> {
  if (!secondScan) return null;
  return digestCollection(connection, { physical: listed.physical, shardKeys, parallel }, run);
}

interface PiecesInput extends CollectionInput {
  readonly description: CollectionDescription;
  readonly progress: CollectionProgress;
  readonly pieces: readonly SnapshotPiece[];
}

interface FetchedSnapshots {
  /** Of the points before the first was made; null: not asked for. */
  readonly before: RangeDigest | null;
  readonly files: FilesByShard;
}

async function fetchPieces(connection: Connection, input: PiecesInput, run: RunOptions): Promise<FetchedSnapshots> {
  const { pieces, progress, root, description } = input;
  const folder = join(root, progress.folder);
  const files = new Map<number | null, FileEntry>();
  let before: RangeDigest | null | undefined;
  for (const { connection: peer, of, shard } of pieces) {
    const earlier = progress.snapshots.get(shard);
    if (!earlier) continue;
    if (earlier.name !== undefined) await removeSnapshot(peer, of, earlier.name);
    else if (!earlier.file) await tellOrphans(peer, of, earlier, run);
    if (!earlier.file || !(await isThere(folder, earlier.file))) continue;
    files.set(shard, earlier.file);
    before ??= earlier.before;
  }
  const open = pieces.filter(({ shard }) => !files.has(shard));
  before ??= await digestIfAsked(connection, input, description, run);
  for (const piece of open) files.set(piece.shard, await fetchPiece(piece, { ...input, before }, run));
  return { before, files };
}

async function fetchPiece(
  { connection, of, shard, file: name }: SnapshotPiece,
  { listed, journal, root, progress, before }: PiecesInput & { readonly before: RangeDigest | null },
  run: RunOptions,
): Promise<FileEntry> {
  const head = { collection: listed.physical, ...(shard !== null && { shard }) };
  const known = await listSnapshots(connection, of, run);
  await journal.append({ type: 'snapshot-announced', ...head, before, known });
  reached(run, 'snapshot.announced');
  const detail = shard === null ? listed.physical : `${listed.physical}, shard ${shard}`;
  run.onEvent?.({ type: 'phase', name: 'making a snapshot', detail });
  const made = await createSnapshot(connection, of, run);
  reached(run, 'snapshot.created');
  try {
    await journal.append({ type: 'snapshot-made', ...head, name: made.name });
    reached(run, 'snapshot.noted');
    const file = await download(connection, { of, made, folder: join(root, progress.folder), file: name }, run);
    reached(run, 'snapshot.downloaded');
    await journal.append({ type: 'snapshot-file', ...head, file });
    reached(run, 'snapshot.download-noted');
    return file;
  } finally {
    await removeMade(connection, of, made.name, run);
  }
}

const isThere = async (folder: string, { file, sizeBytes }: FileEntry): Promise<boolean> =>
  (await stat(join(folder, file)).catch(() => null))?.size === sizeBytes;

/** A run that was killed while the server worked cannot have noted the name. What may be somebody else's is not removed. */
export async function tellOrphans(
  connection: Connection,
  of: SnapshotOf,
  { known }: Pick<SnapshotProgress, 'known'>,
  run: RunOptions,
): Promise<void> {
  const orphans = (await listSnapshots(connection, of, run)).filter((name) => !known.includes(name));
  if (orphans.length === 0) return;
  const message =
    `an earlier run was stopped while the server made a snapshot; on the server there is now ${orphans.join(', ')}: ` +
    `unless it is somebody else's, remove it (DELETE ${snapshotPath(of, '/NAME')} on ${connection.url})`;
  run.onEvent?.({ type: 'warning', message });
}

export async function removeMade(connection: Connection, of: SnapshotOf, name: string, run: RunOptions): Promise<void> {
  try {
    await removeSnapshot(connection, of, name);
    reached(run, 'snapshot.removed');
  } catch (error) {
    if (!isQdxError(error)) throw error;
    const message = `snapshot ${name} stays on ${connection.url}, it could not be removed: ${error.message}`;
    run.onEvent?.({ type: 'warning', message });
  }
}

interface DownloadInput {
  readonly of: SnapshotOf;
  readonly made: ServerSnapshot;
  readonly folder: string;
  readonly file: string;
}

/** @throws QdxError `verification` where other bytes arrived than the server hashed. */
async function download(
  connection: Connection,
  { of, made, folder, file }: DownloadInput,
  run: RunOptions,
): Promise<FileEntry> {
  const { name, sizeBytes, sha256: stated } = made;
  const partial = await createPartialFile(join(folder, file));
  const hash = createHash('sha256');
  const report = () =>
    run.onEvent?.({ type: 'progress', stage: 'downloading', done: partial.sizeBytes, total: sizeBytes, unit: 'bytes' });
  try {
    const write = async (chunk: Buffer) => {
      hash.update(chunk);
      await partial.write(chunk);
      report();
    };
    await downloadSnapshot(connection, of, name, write, run);
    const sha256 = hash.digest('hex');
    if (partial.sizeBytes !== sizeBytes || (stated !== null && stated !== sha256))
      throw new QdxError(
        'verification',
        `snapshot ${name} did not arrive as the server made it: expected ${formatBytes(sizeBytes)} with sha256 ${stated ?? 'unknown'}, ` +
          `got ${formatBytes(partial.sizeBytes)} with ${sha256}`,
        { hint: 'run the same command again' },
      );
    await partial.finish();
    return { file, sizeBytes, sha256 };
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
