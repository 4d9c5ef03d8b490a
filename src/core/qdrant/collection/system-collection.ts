/**
 * `_qdx`: a small collection without vectors in which qdx keeps its own records on the server (writer locks; cards on
 * servers before 1.16).
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../connection/connection.ts';

export const systemCollection = '_qdx';

/** On a cluster every record lies on up to this many peers, so that a lost peer takes no lock with it. */
const maxReplicas = 3;

/** Makes it where it is missing, and waits until every peer has it. */
export async function ensureSystemCollection(connection: Connection, signal?: AbortSignal): Promise<void> {
  await createIfMissing(connection, signal);
  await waitForReplicas(connection, signal);
}

async function createIfMissing(connection: Connection, signal?: AbortSignal): Promise<void> {
  const options = signal ? { signal } : {};
  const { exists } = await connection.request<{ exists: boolean }>(
    'GET',
    `/collections/${systemCollection}/exists`,
    options,
  );
  if (exists) return;
  const body = {
    vectors: {},
    shard_number: 1,
    replication_factor: Math.min(await countPeers(connection), maxReplicas),
  };
  try {
    await connection.request('PUT', `/collections/${systemCollection}`, { ...options, body });
  } catch (error) {
    // Another run may have made it in between.
    if (!isQdxError(error) || !/already exists/u.test(error.message)) throw error;
  }
}

interface ShardStates {
  readonly local_shards: readonly { readonly state: string }[];
  readonly remote_shards: readonly { readonly state: string }[];
}

/**
 * A collection that another run is making "exists" before every peer has it. A write that comes in between fails on the
 * peers that lack it, and may then hang until its time limit (seen on 1.16.3).
 * @throws QdxError `temporary` when a peer has not come that far within 30 s.
 */
async function waitForReplicas(connection: Connection, signal?: AbortSignal): Promise<void> {
  const options = signal ? { signal } : {};
  for (let tries = 0; tries < 600; tries++) {
    const path = `/collections/${systemCollection}/cluster`;
    const { local_shards, remote_shards } = await connection.request<ShardStates>('GET', path, options);
    if ([...local_shards, ...remote_shards].every(({ state }) => state !== 'Initializing')) return;
    await sleep(50, undefined, options);
  }
  throw new QdxError('temporary', `${connection.url} did not bring ${systemCollection} to all its peers within 30 s`, {
    hint: 'see whether all peers answer: qdx stats; then run the same command again',
  });
}

/** 1 where the server is no cluster. */
export async function countPeers(connection: Connection): Promise<number> {
  const cluster = await connection.request<{ status: string; peers?: Record<string, unknown> }>('GET', '/cluster');
  return cluster.status === 'enabled' ? Math.max(1, Object.keys(cluster.peers ?? {}).length) : 1;
}

/** Id of a record: UUIDv5-shaped hash of what it is about, the same on every machine. */
export function recordId(...parts: readonly string[]): string {
  const hash = createHash('sha256')
    .update(`qdx\0${parts.join('\0')}`)
    .digest('hex');
  const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
