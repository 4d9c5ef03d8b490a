/**
 * Shards of an empty staging collection under the numbers that they have in the source. Which point belongs to which shard
 * follows from the numbers of the shards beside each other: under others, a point that is written again would lie in two shards
 * (measured, Qdrant 1.16.3: 922 points of 600).
 */
import { isDeepStrictEqual } from 'node:util';
import { QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';

export interface NumberedShard {
  readonly shard: number;
  readonly shardKey: string | number | null;
}

interface ShardsOfKey {
  readonly key: string | number;
  readonly shards: number[];
}

/** Keys of shards that only take up numbers; removed again. */
const gapKey = 'qdx-gap-';

/**
 * May be repeated. Does nothing where numbers are as they should be.
 * @throws QdxError `refused` where the server numbers otherwise.
 */
export async function alignShards(
  connection: Connection,
  physical: string,
  wanted: readonly NumberedShard[],
): Promise<void> {
  if (isSame(await numbersOf(connection, physical), wanted)) return;
  if (wanted.some(({ shardKey }) => shardKey !== null)) await makeKeys(connection, physical, byKey(wanted));
  const made = await numbersOf(connection, physical);
  if (isSame(made, wanted)) return;
  throw new QdxError(
    'refused',
    `${connection.url} numbers the shards of ${physical} ${made.map(({ shard }) => shard).join(', ')}, and the snapshots are of ` +
      wanted.map(({ shard }) => shard).join(', '),
    { hint: 'leave out snapshots: points can be copied into any layout' },
  );
}

/** The server gives the next free number after the highest. */
async function makeKeys(connection: Connection, physical: string, keys: readonly ShardsOfKey[]): Promise<void> {
  const path = `/collections/${encodeURIComponent(physical)}/shards`;
  const there = new Set((await numbersOf(connection, physical)).map(({ shardKey }) => shardKey));
  for (const shard_key of there)
    if (shard_key !== null) await connection.request('POST', `${path}/delete`, { body: { shard_key } });
  const gaps: string[] = [];
  let next = 1;
  for (const { key, shards } of keys) {
    const [first = next] = shards;
    if (first > next) {
      const shard_key = `${gapKey}${next}`;
      await connection.request('PUT', path, { body: { shard_key, shards_number: first - next } });
      gaps.push(shard_key);
    }
    await connection.request('PUT', path, { body: { shard_key: key, shards_number: shards.length } });
    next = first + shards.length;
  }
  for (const shard_key of gaps) await connection.request('POST', `${path}/delete`, { body: { shard_key } });
}

function byKey(shards: readonly NumberedShard[]): ShardsOfKey[] {
  const keys = new Map<string | number, number[]>();
  for (const { shard, shardKey } of shards.toSorted((a, b) => a.shard - b.shard))
    if (shardKey !== null) keys.set(shardKey, [...(keys.get(shardKey) ?? []), shard]);
  return [...keys].map(([key, numbers]) => ({ key, shards: numbers }));
}

const isSame = (made: readonly NumberedShard[], wanted: readonly NumberedShard[]): boolean =>
  isDeepStrictEqual(
    made,
    wanted.map(({ shard, shardKey }) => ({ shard, shardKey })).toSorted((a, b) => a.shard - b.shard),
  );

interface ShardAnswer {
  readonly shard_id: number;
  readonly shard_key?: string | number;
}

async function numbersOf(connection: Connection, physical: string): Promise<NumberedShard[]> {
  const path = `/collections/${encodeURIComponent(physical)}/cluster`;
  const { local_shards, remote_shards } = await connection.request<{
    local_shards: ShardAnswer[];
    remote_shards: ShardAnswer[];
  }>('GET', path);
  const all = new Map([...local_shards, ...remote_shards].map((each) => [each.shard_id, each.shard_key ?? null]));
  return [...all].map(([shard, shardKey]) => ({ shard, shardKey })).toSorted((a, b) => a.shard - b.shard);
}
