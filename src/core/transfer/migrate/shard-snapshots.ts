/**
 * Snapshots of some shards of the source at once: made, brought into the staging collection, removed again. The journal tells of
 * them while they lie on the source's servers, so that a run after a kill removes what is there.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import {
  createSnapshot,
  listSnapshots,
  removeSnapshot,
  type ServerSnapshot,
  snapshotPath,
  snapshotStream,
} from '../../qdrant/snapshots.ts';
import { removeMade, tellOrphans } from '../backup/back-up-snapshot.ts';
import { recoverShards, type ShardPiece } from '../collection/snapshot-pieces.ts';
import { reached } from '../journal/steps.ts';
import { type JournalledSnapshot, readTransfer, writeTransfer } from '../journal/transfer-journal.ts';
import type { Side } from '../points/side.ts';

export interface TakenSnapshot {
  readonly piece: ShardPiece;
  readonly made: ServerSnapshot;
}

/** Made at once, while `beside` is under way: waited for as well. Where one fails, none stays. */
export async function takeSnapshots(
  pieces: readonly ShardPiece[],
  staging: Side,
  beside: Promise<void>,
  run: RunOptions,
): Promise<TakenSnapshot[]> {
  const preparing = beside.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const noted: JournalledSnapshot[] = [];
  for (const { connection, of, shard } of pieces)
    noted.push({ shard, known: await listSnapshots(connection, of, run), name: null });
  await note(staging, noted);
  const results = await Promise.allSettled(pieces.map((piece) => take(piece, run)));
  const taken = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const failed = results.find((result) => result.status === 'rejected') ?? null;
    if (failed) throw failed.reason;
    const unprepared = await preparing;
    if (unprepared) throw unprepared.error;
    await note(
      staging,
      noted.map((each, index) => ({ ...each, name: taken[index]?.made.name ?? null })),
    );
  } catch (error) {
    await removeTaken(taken, staging, run);
    throw error;
  }
  reached(run, 'migrate.snapshot-made');
  return taken;
}

async function take(piece: ShardPiece, run: RunOptions): Promise<TakenSnapshot> {
  run.onEvent?.({ type: 'phase', name: 'making a snapshot', detail: snapshotPath(piece.of) });
  return { piece, made: await createSnapshot(piece.connection, piece.of, run) };
}

export interface BringTo {
  readonly staging: Side;
  /** Of the target. */
  readonly peerUrls: readonly string[];
}

/** Streams them to the target at once, and removes them from the source whatever happens. */
export async function bringIn(
  taken: readonly TakenSnapshot[],
  { staging, peerUrls }: BringTo,
  run: RunOptions,
): Promise<void> {
  const { connection, physical } = staging;
  try {
    run.onEvent?.({ type: 'phase', name: 'recovering', detail: physical });
    const sources = taken.map(({ piece, made }) => ({ shard: piece.shard, file: fileOf(piece, made, run) }));
    const results = await Promise.allSettled(
      sources.map((source) => recoverShards(connection, { physical, peerUrls, sources: [source] }, run)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    reached(run, 'migrate.snapshot-recovered');
  } finally {
    await removeTaken(taken, staging, run);
  }
}

function fileOf({ connection, of }: ShardPiece, { name, sizeBytes, sha256 }: ServerSnapshot, run: RunOptions) {
  if (sha256 === null)
    throw new QdxError('refused', `${connection.url} gives no checksum of its snapshots`, {
      hint: 'leave out --via snapshot: points are then copied one by one',
    });
  return { open: () => snapshotStream(connection, of, name, run), sizeBytes, sha256 };
}

async function removeTaken(taken: readonly TakenSnapshot[], staging: Side, run: RunOptions): Promise<void> {
  for (const { piece, made } of taken) await removeMade(piece.connection, piece.of, made.name, run);
  await note(staging, null);
}

/** What a run before this one left on the source's servers. */
export async function removeLeft(pieces: readonly ShardPiece[], staging: Side, run: RunOptions): Promise<void> {
  const left = (await readTransfer(staging.connection, staging.physical))?.snapshots ?? [];
  for (const each of left) {
    const piece = pieces.find(({ shard }) => shard === each.shard);
    if (!piece) continue;
    if (each.name !== null) await removeSnapshot(piece.connection, piece.of, each.name);
    else await tellOrphans(piece.connection, piece.of, each, run);
  }
}

async function note({ connection, physical }: Side, snapshots: readonly JournalledSnapshot[] | null): Promise<void> {
  const record = await readTransfer(connection, physical);
  if (record) await writeTransfer(connection, record, { snapshots });
}
