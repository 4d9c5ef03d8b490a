/**
 * Copying by Qdrant's own snapshots: made on the source, streamed to the target, recovered into the staging collection, removed
 * from the source. They bring the index along. The same layout and the same minor version are needed. Each shard is shipped by
 * itself, to every peer that has a replica of it: several at once from one server to another, one after the other where either is a
 * cluster. A snapshot takes room on the source's disk while it lies there, which nobody can ask for, so it is never taken unasked.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { sideBySide } from '../../../lib/side-by-side.ts';
import { findAllPeers } from '../../qdrant/peers.ts';
import { countPeers } from '../../qdrant/collection/system-collection.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { alignShards } from '../collection/align-shards.ts';
import {
  type CollectionDescription,
  describeCollection,
  descriptionDifferences,
  displayDifference,
} from '../collection/collection-description.ts';
import { findShardPieces, type ShardPiece } from '../collection/snapshot-pieces.ts';
import { createIndexes, noteSpoiled } from '../collection/staging.ts';
import { assertTakesSnapshot } from '../collection/server-fits.ts';
import type { ScanIndex } from '../delta/scan-index.ts';
import { readTransferMark, writeTransferMark } from '../journal/transfer-mark.ts';
import type { Side } from '../points/side.ts';
import { copyPoints } from './copy-points.ts';
import type { FillStrategy, WholeFill } from './fill-strategy.ts';
import type { LayoutChanges } from './layout.ts';
import { bringIn, removeLeft, takeSnapshots } from './shard-snapshots.ts';

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
      await piecesOf(look.side, look.description, peers, run);
      await findAllPeers(target, peers.to);
      return description;
    },
    fillWhole: async (fill, run) => ship(fill, peers, run),
  };
}

/**
 * By shards, also where one snapshot would do: that holds the write-ahead log as well, and the server makes and recovers the
 * shards of it one after the other (measured, Qdrant 1.16.3, 20,000 x 768 in two shards: 2.2 and 4.7 s, by shards 0.9 and 1.7 s).
 */
const piecesOf = (
  { connection }: Side,
  description: CollectionDescription,
  { from }: PeerUrls,
  run: RunOptions,
): Promise<ShardPiece[]> => findShardPieces(connection, { description, peerUrls: from }, run);

/** Of servers that are no clusters: all of them lie on the source's disk at once. */
const mostAtOnce = 4;
/** Sockets of a server that are left for its short requests: a snapshot holds one for as long as it takes. */
const spareSockets = 2;

interface Shipping {
  readonly atOnce: number;
  /** The source is read while the last ones are brought in. */
  readonly readsBeside: boolean;
}

/** A snapshot comes by one socket and goes by another, of the same server where source and target are on one. */
function shippingOf(source: Connection, target: Connection, isCluster: boolean): Shipping {
  const sockets = Math.min(source.sockets, target.sockets);
  const fitting = Math.floor((sockets - spareSockets) / 2);
  return { atOnce: isCluster ? 1 : Math.max(1, Math.min(mostAtOnce, fitting)), readsBeside: sockets > spareSockets };
}

async function ship({ source, staging, readSource }: WholeFill, peers: PeerUrls, run: RunOptions): Promise<ScanIndex> {
  const { connection, physical } = staging;
  const description = await describeCollection(source.connection, { physical: source.physical, aliases: [] }, run);
  const pieces = await piecesOf(source, description, peers, run);
  await removeLeft(pieces, staging, run);
  await alignShards(connection, physical, pieces);
  const isCluster =
    (await countPeers(connection)) > 1 || pieces.some((piece) => piece.connection !== source.connection);
  // Killed among them, one replica would have points and another none: what is read then depends on who is asked.
  const mark = isCluster ? await readTransferMark(connection, physical) : null;
  if (mark) await noteSpoiled(connection, physical, mark);
  // A shard brings none along.
  const indexes = createIndexes(connection, physical, description, run);
  const { atOnce, readsBeside } = shippingOf(source.connection, connection, isCluster);
  const [first = [], ...rest] = groupsOf(pieces, atOnce);
  let taken = await takeSnapshots(first, staging, indexes, run);
  for (const group of rest) {
    await bringIn(taken, { staging, peerUrls: peers.to }, run);
    taken = await takeSnapshots(group, staging, indexes, run);
  }
  const last = taken;
  const bring = async (watched: RunOptions) => bringIn(last, { staging, peerUrls: peers.to }, watched);
  const [, index] = readsBeside
    ? await sideBySide(
        async (signal) => bring({ ...run, signal }),
        async (signal) => readSource({ ...run, signal }),
        run.signal,
      )
    : [await bring(run), await readSource(run)];
  if (mark) await writeTransferMark(connection, physical, mark);
  return index;
}

const groupsOf = (pieces: readonly ShardPiece[], size: number): ShardPiece[][] =>
  Array.from({ length: Math.ceil(pieces.length / size) }, (_, at) => pieces.slice(at * size, (at + 1) * size));
