/**
 * Of which snapshots a collection consists: one, where the server that is asked holds all of it; else one for each shard, made by a
 * peer that holds it. A snapshot with shard keys is never taken as one: under another name Qdrant restores it without its points
 * (qdrant#10135); of single shards that is not so.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { findPeers, localShards, type Peer, peerHint } from '../../qdrant/peers.ts';
import { recoverSnapshot, type SnapshotFile, type SnapshotOf } from '../../qdrant/snapshots.ts';
import { readReplicas } from '../../qdrant/stats/replicas.ts';
import type { CollectionDescription } from './collection-description.ts';

export interface SnapshotPiece {
  /** Of the peer that makes it. */
  readonly connection: Connection;
  readonly of: SnapshotOf;
  /** Null: of the whole collection. */
  readonly shard: number | null;
  readonly shardKey: string | number | null;
  /** What it is called in a backup. */
  readonly file: string;
}

export interface PiecesInput {
  readonly description: CollectionDescription;
  readonly peerUrls: readonly string[];
}

export type ShardPiece = SnapshotPiece & { readonly shard: number };

/** @throws QdxError `refused` where no peer that could be reached holds some shard. */
export async function findPieces(
  connection: Connection,
  { description, peerUrls }: PiecesInput,
  run: RunOptions,
): Promise<SnapshotPiece[]> {
  const { name, shardKeys } = description;
  const replicas = await readReplicas(connection, name, run.signal);
  const shards = [...new Set(replicas.map(({ shard }) => shard))];
  const here = new Set(
    replicas.filter(({ points, state }) => points !== undefined && state === 'Active').map(({ shard }) => shard),
  );
  if (shardKeys.length === 0 && shards.every((shard) => here.has(shard)))
    return [{ connection, of: name, shard: null, shardKey: null, file: 'collection.snapshot' }];
  return piecesOfShards(connection, name, shards, peerUrls);
}

/** One for each shard, also where one of all would do. @throws QdxError as findPieces. */
export async function findShardPieces(
  connection: Connection,
  { description: { name }, peerUrls }: PiecesInput,
  run: RunOptions,
): Promise<ShardPiece[]> {
  const replicas = await readReplicas(connection, name, run.signal);
  return piecesOfShards(connection, name, [...new Set(replicas.map(({ shard }) => shard))], peerUrls);
}

async function piecesOfShards(
  connection: Connection,
  name: string,
  shards: readonly number[],
  peerUrls: readonly string[],
): Promise<ShardPiece[]> {
  const peers = await findPeers(connection, peerUrls);
  const pieces = new Map<number, ShardPiece>();
  for (const peer of peers)
    for (const { shard, shardKey, state } of await localShards(peer, name)) {
      if (state !== 'Active' || pieces.has(shard)) continue;
      const of = { physical: name, shard };
      pieces.set(shard, { connection: peer.connection, of, shard, shardKey, file: `shard-${shard}.snapshot` });
    }
  assertAllFound(connection, name, shards, pieces);
  return [...pieces.values()].toSorted((a, b) => a.shard - b.shard);
}

/**
 * Where the replicas of each shard of a collection lie, to be recovered.
 * @throws QdxError `refused` where one lies on a peer that could not be reached: it would stay empty, and be asked all the same.
 */
async function findReplicas(
  connection: Connection,
  physical: string,
  peers: readonly Peer[],
  run: RunOptions,
): Promise<ReadonlyMap<number, readonly Peer[]>> {
  const replicas = await readReplicas(connection, physical, run.signal);
  const places = new Map<number, Peer[]>();
  const [single] = peers;
  for (const { shard, peer: id, state } of replicas) {
    // The server brings one that it holds for dead up to date by itself.
    if (state === 'Dead') continue;
    const peer = single?.id === 'single' ? single : peers.find((each) => each.id === id);
    if (!peer) throw unreached(connection, `shard ${shard} of ${physical} lies on peer ${id}`);
    places.set(shard, [...(places.get(shard) ?? []), peer]);
  }
  return places;
}

export interface RecoverInput {
  readonly physical: string;
  readonly peerUrls: readonly string[];
  /** Opened once for each replica. */
  readonly sources: readonly { readonly shard: number; readonly file: SnapshotFile }[];
}

/** Every replica of every shard gets the shard's snapshot. The shards have the numbers of the snapshots (align-shards.ts). */
export async function recoverShards(
  connection: Connection,
  { physical, peerUrls, sources }: RecoverInput,
  run: RunOptions,
): Promise<void> {
  const places = await findReplicas(connection, physical, await findPeers(connection, peerUrls), run);
  for (const { shard, file } of sources)
    for (const peer of places.get(shard) ?? []) {
      run.signal?.throwIfAborted();
      await recoverSnapshot(peer.connection, { physical, shard }, file, run);
    }
}

function assertAllFound(
  connection: Connection,
  name: string,
  shards: readonly number[],
  pieces: ReadonlyMap<number, SnapshotPiece>,
): void {
  const missing = shards.filter((shard) => !pieces.has(shard));
  if (missing.length === 0) return;
  const which = `${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')}`;
  throw unreached(connection, `${name}: ${which} ${missing.length === 1 ? 'lies' : 'lie'} on other peers`);
}

const unreached = (connection: Connection, what: string): QdxError =>
  new QdxError(
    'refused',
    `${what} than could be reached from ${connection.url}, and only those can make or take snapshots of it`,
    {
      hint: peerHint,
    },
  );
