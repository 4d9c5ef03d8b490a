/**
 * Copying by Qdrant's own snapshots: made on the source, streamed to the target, recovered into the staging collection, removed
 * from the source. It brings the index along. The same layout and the same minor version are needed; where either side is a
 * cluster or has shard keys, each shard is shipped by itself, to every peer that has a replica of it. A snapshot takes room on the
 * source's disk while it lies there, which nobody can ask for, so it is never taken unasked.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { sideBySide } from '../../../lib/side-by-side.ts';
import { findAllPeers } from '../../qdrant/peers.ts';
import { countPeers } from '../../qdrant/collection/system-collection.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import {
  createSnapshot,
  listSnapshots,
  recoverSnapshot,
  removeSnapshot,
  type ServerSnapshot,
  snapshotPath,
  snapshotStream,
} from '../../qdrant/snapshots.ts';
import { alignShards, type NumberedShard } from '../collection/align-shards.ts';
import { removeMade, tellOrphans } from '../backup/back-up-snapshot.ts';
import {
  type CollectionDescription,
  describeCollection,
  descriptionDifferences,
  displayDifference,
} from '../collection/collection-description.ts';
import type { ScanIndex } from '../delta/scan-index.ts';
import type { Side } from '../points/side.ts';
import { findPieces, recoverShards, type SnapshotPiece } from '../collection/snapshot-pieces.ts';
import { createIndexes, noteSpoiled } from '../collection/staging.ts';
import { assertTakesSnapshot } from '../collection/server-fits.ts';
import { reached } from '../journal/steps.ts';
import { type JournalledSnapshot, readTransfer, writeTransfer } from '../journal/transfer-journal.ts';
import { readTransferMark, writeTransferMark } from '../journal/transfer-mark.ts';
import { copyPoints } from './copy-points.ts';
import type { FillStrategy, WholeFill } from './fill-strategy.ts';
import type { LayoutChanges } from './layout.ts';

const hint = 'leave out --via snapshot: points are then copied one by one';

/** URLs of the peers of either side that are not at the same port (qdrant/peers.ts). */
export interface PeerUrls {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export function shipSnapshot(target: Connection, changes: LayoutChanges, peerUrls?: PeerUrls): FillStrategy {
  const peers = peerUrls ?? { from: [], to: [] };
  const copy = copyPoints(changes);
  return {
    ...copy,
    way: 'snapshot',
    async describe(look, run) {
      const description = await copy.describe(look, run);
      const [difference] = descriptionDifferences(look.description, description);
      if (difference)
        throw new QdxError('refused', `a snapshot brings its layout along: ${displayDifference(difference)}`, { hint });
      await assertTakesSnapshot(target, (await look.side.connection.server()).version, hint);
      const pieces = await piecesOf(look.side, look.description, target, peers, run);
      if (pieces.some(({ shard }) => shard !== null)) await findAllPeers(target, peers.to);
      return description;
    },
    fillWhole: async (fill, run) => ship(fill, peers, run),
  };
}

/** One snapshot where one server has all and one takes all; else one for each shard. */
async function piecesOf(
  { connection }: Side,
  description: CollectionDescription,
  target: Connection,
  peers: PeerUrls,
  run: RunOptions,
): Promise<SnapshotPiece[]> {
  const byShard = (await countPeers(target)) > 1;
  return findPieces(connection, { description, peerUrls: peers.from, byShard }, run);
}

async function ship({ source, staging, readSource }: WholeFill, peers: PeerUrls, run: RunOptions): Promise<ScanIndex> {
  const { connection, physical } = source;
  const description = await describeCollection(connection, { physical, aliases: [] }, run);
  const pieces = await piecesOf(source, description, staging.connection, peers, run);
  await cleanUp(pieces, staging, run);
  const [whole] = pieces;
  if (whole?.shard === null) {
    const taken = await take(whole, staging, run);
    const bringing = (signal: AbortSignal) => bring(whole, taken, { staging, peers }, { ...run, signal });
    const [, index] = await sideBySide(bringing, (signal) => readSource({ ...run, signal }), run.signal);
    return index;
  }
  // A shard brings none along.
  await createIndexes(staging.connection, staging.physical, description, run);
  await alignShards(staging.connection, staging.physical, pieces.flatMap(numbered));
  // Killed among them, one replica would have points and another none: what is read then depends on who is asked.
  const mark = await readTransferMark(staging.connection, staging.physical);
  if (mark) await noteSpoiled(staging.connection, staging.physical, mark);
  for (const piece of pieces) await bring(piece, await take(piece, staging, run), { staging, peers }, run);
  if (mark) await writeTransferMark(staging.connection, staging.physical, mark);
  return readSource(run);
}

const numbered = ({ shard, shardKey }: SnapshotPiece): NumberedShard[] => (shard === null ? [] : [{ shard, shardKey }]);

interface Taken {
  readonly made: ServerSnapshot;
  /** For the journal. */
  readonly noted: Omit<JournalledSnapshot, 'name'>;
}

/** Makes the snapshot; the journal tells of it. */
async function take({ connection, of, shard }: SnapshotPiece, staging: Side, run: RunOptions): Promise<Taken> {
  const known = await listSnapshots(connection, of, run);
  const noted = { known, ...(shard !== null && { shard }) };
  await note(staging, { ...noted, name: null });
  run.onEvent?.({ type: 'phase', name: 'making a snapshot', detail: snapshotPath(of) });
  return { made: await createSnapshot(connection, of, run), noted };
}

interface BringTo {
  readonly staging: Side;
  readonly peers: PeerUrls;
}

/** Streams it to the target, and removes it from the source whatever happens. */
async function bring(
  { connection, of, shard }: SnapshotPiece,
  { made, noted }: Taken,
  { staging, peers }: BringTo,
  run: RunOptions,
): Promise<void> {
  const { physical } = staging;
  try {
    await note(staging, { ...noted, name: made.name });
    reached(run, 'migrate.snapshot-made');
    const { name, sizeBytes, sha256 } = made;
    if (sha256 === null)
      throw new QdxError('refused', `${connection.url} gives no checksum of its snapshots`, { hint });
    run.onEvent?.({ type: 'phase', name: 'recovering', detail: physical });
    const file = { open: () => snapshotStream(connection, of, name, run), sizeBytes, sha256 };
    if (shard === null) await recoverSnapshot(staging.connection, physical, file, run);
    else await recoverShards(staging.connection, { physical, peerUrls: peers.to, sources: [{ shard, file }] }, run);
    reached(run, 'migrate.snapshot-recovered');
  } finally {
    await removeMade(connection, of, made.name, run);
    await note(staging, null);
  }
}

/** What a run before this one left on the source's servers. */
async function cleanUp(pieces: readonly SnapshotPiece[], staging: Side, run: RunOptions): Promise<void> {
  const left = (await readTransfer(staging.connection, staging.physical))?.snapshot;
  const piece = pieces.find(({ shard }) => shard === (left?.shard ?? null));
  if (!left || !piece) return;
  if (left.name !== null) await removeSnapshot(piece.connection, piece.of, left.name);
  else await tellOrphans(piece.connection, piece.of, left, run);
}

async function note({ connection, physical }: Side, snapshot: JournalledSnapshot | null): Promise<void> {
  const record = await readTransfer(connection, physical);
  if (record) await writeTransfer(connection, record, { snapshot });
}
