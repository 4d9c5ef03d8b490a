/**
 * The peers of a cluster, each by itself. Most of what qdx does any peer answers for all; but a peer makes and takes snapshots
 * of its own shards only.
 *
 * A cluster knows its peers by the addresses at which they talk to each other, not by those of their API: that is looked for on the
 * same host, at the port and protocol of the one that is known, and otherwise has to be named. Whoever answers says which peer it is.
 */
import { QdxError } from '../../lib/errors.ts';
import { withLimits } from './connection/with-limits.ts';
import type { Connection } from './connection/connection.ts';

export interface Peer {
  /** As text: ids of peers may be beyond 2^53. */
  readonly id: string;
  readonly connection: Connection;
}

export interface LocalShard {
  readonly shard: number;
  readonly shardKey: string | number | null;
  readonly state: string;
  readonly points: number;
}

interface ClusterAnswer {
  readonly status: string;
  readonly peer_id?: number | bigint;
  readonly peers?: Readonly<Record<string, { readonly uri: string }>>;
}

interface ShardsAnswer {
  readonly peer_id: number | bigint;
  readonly local_shards: readonly {
    readonly shard_id: number;
    readonly shard_key?: string | number;
    readonly state: string;
    readonly points_count: number;
  }[];
}

/** A peer that does not answer at once is not where it was looked for. */
const lookMs = 5_000;

/** Those that could be reached, the one that is asked first; one where the server is no cluster. */
export async function findPeers(connection: Connection, urls: readonly string[]): Promise<Peer[]> {
  return (await lookForPeers(connection, urls)).found;
}

/** @throws QdxError `refused` where one of the cluster cannot be reached. */
export async function findAllPeers(connection: Connection, urls: readonly string[]): Promise<Peer[]> {
  const { found, missing } = await lookForPeers(connection, urls);
  if (missing.length === 0) return found;
  throw new QdxError(
    'refused',
    `of the cluster of ${connection.url}, the API of ${missing.join(', ')} could not be reached, and each peer takes the snapshots of its shards itself`,
    { hint: peerHint, details: { missing } },
  );
}

/** What to do where a peer was not found. */
export const peerHint =
  'name the API of each peer: --peer-url http://host:6333 (of migrate: --from-peer-url, --to-peer-url); or leave out snapshots: points go through any peer';

interface FoundPeers {
  readonly found: Peer[];
  /** Addresses at which the cluster knows the others. */
  readonly missing: readonly string[];
}

async function lookForPeers(connection: Connection, urls: readonly string[]): Promise<FoundPeers> {
  const { status, peer_id: own, peers: known = {} } = await connection.request<ClusterAnswer>('GET', '/cluster');
  if (status !== 'enabled') return { found: [{ id: 'single', connection }], missing: [] };
  const found = new Map([[String(own), connection]]);
  for (const url of urls) {
    const peer = connection.peerAt(url);
    const { peer_id: id } = await peer.request<ClusterAnswer>('GET', '/cluster');
    if (id === undefined || !(String(id) in known))
      throw new QdxError('usage', `${peer.url} is no peer of the cluster of ${connection.url}`, {
        hint: `the peers talk to each other at ${Object.values(known)
          .map(({ uri }) => uri)
          .join(', ')}`,
      });
    if (!found.has(String(id))) found.set(String(id), peer);
  }
  for (const [id, { uri }] of Object.entries(known)) {
    if (found.has(id)) continue;
    const peer = connection.peerAt(guessedUrl(connection.url, uri));
    if (await isPeer(peer, id)) found.set(id, peer);
  }
  const missing = Object.entries(known).filter(([id]) => !found.has(id));
  return {
    found: [...found].map(([id, each]) => ({ id, connection: each })),
    missing: missing.map(([, { uri }]) => uri),
  };
}

/** Shards of a collection that lie on this peer. */
export async function localShards({ connection }: Peer, physical: string): Promise<LocalShard[]> {
  const path = `/collections/${encodeURIComponent(physical)}/cluster`;
  const { local_shards: shards } = await connection.request<ShardsAnswer>('GET', path);
  return shards.map(({ shard_id: shard, shard_key: shardKey = null, state, points_count: points }) => ({
    shard,
    shardKey,
    state,
    points,
  }));
}

/** `http://host-2:6335/` beside `https://host-1:6333/prefix` -> `https://host-2:6333/prefix` */
function guessedUrl(known: string, uri: string): string {
  const url = new URL(known);
  return `${url.protocol}//${new URL(uri).hostname}:${url.port}${url.pathname.replace(/\/$/, '')}`;
}

async function isPeer(connection: Connection, id: string): Promise<boolean> {
  try {
    const line = withLimits(connection, { timeoutMs: lookMs, repeatable: false, awaitsReturn: false });
    const { peer_id: found } = await line.request<ClusterAnswer>('GET', '/cluster');
    return String(found) === id;
  } catch {
    return false;
  }
}
