/**
 * Where the shards of a collection lie, and in which state. The status of a collection stays green while a replica is dead:
 * only this tells.
 */
import type { Connection } from '../connection/connection.ts';

export interface Replica {
  readonly shard: number;
  /** As text: ids of peers may be beyond 2^53. */
  readonly peer: string;
  /** `Active`, `Dead`, `Partial`, ... */
  readonly state: string;
  /** Known for the shards of the peer that was asked. */
  readonly points?: number;
}

interface RawShard {
  readonly shard_id: number;
  readonly peer_id?: number | bigint;
  readonly state: string;
  readonly points_count?: number;
}

export async function readReplicas(connection: Connection, physical: string, signal?: AbortSignal): Promise<Replica[]> {
  const answer = await connection.request<{
    peer_id: number | bigint;
    local_shards: RawShard[];
    remote_shards: RawShard[];
  }>('GET', `/collections/${encodeURIComponent(physical)}/cluster`, signal ? { signal } : {});
  return [...answer.local_shards, ...answer.remote_shards]
    .map(({ shard_id: shard, peer_id: peer, state, points_count: points }) => ({
      shard,
      peer: String(peer ?? answer.peer_id),
      state,
      ...(points !== undefined && { points }),
    }))
    .toSorted((a, b) => a.shard - b.shard || (a.peer < b.peer ? -1 : 1));
}
