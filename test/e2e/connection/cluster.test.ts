/**
 * A real cluster of three peers on loopback: the same requests as to one server, and one peer may die.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { closeAll, openConnection } from '../../../src/core/qdrant/connection/registry.ts';
import { type RunningCluster, startCluster, waitForPeers } from '../../helpers/cluster.ts';
import { connectionOptions } from '../../helpers/connection-options.ts';

let cluster: RunningCluster;
let connection: Connection;
beforeAll(async () => {
  cluster = await startCluster(3);
  connection = openConnection(connectionOptions(cluster.url));
});
afterAll(async () => {
  await closeAll();
  await cluster.stop();
});

const upsert = async (ids: readonly number[]) =>
  connection.request('PUT', '/collections/c/points', {
    query: { wait: true },
    body: { points: ids.map((id) => ({ id, vector: [1, id, 2, 3] })) },
  });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const count = async (to: Connection = connection) =>
  (await to.request<{ count: number }>('POST', '/collections/c/points/count', { body: { exact: true } })).count;

test('one peer is killed while points are written: requests are repeated, nothing confirmed is lost', async () => {
  const body = { vectors: { size: 4, distance: 'Cosine' }, shard_number: 3, replication_factor: 2 };
  await connection.request('PUT', '/collections/c', { body });
  await upsert(range(0, 100));
  const writes = range(1, 20).map(async (batch) => {
    if (batch === 5) await cluster.peers[2]!.kill();
    await upsert(range(batch * 100, batch * 100 + 100));
  });
  await Promise.all(writes);
  expect(await count()).toBe(2_000);
  const { points } = await connection.request<{ points: unknown[] }>('POST', '/collections/c/points/query', {
    body: { query: [1, 5, 2, 3], limit: 10 },
  });
  expect(points).toHaveLength(10);
});

test('the killed peer comes back and is brought up to date', async () => {
  const returning = cluster.peers[2]!;
  await returning.restart();
  await waitForPeers(cluster.peers, 3);
  const states = async () => {
    const { local_shards, remote_shards } = await connection.request<{
      local_shards: { state: string }[];
      remote_shards: { state: string }[];
    }>('GET', '/collections/c/cluster');
    return [...new Set([...local_shards, ...remote_shards].map(({ state }) => state))];
  };
  await expect.poll(states, { timeout: 60_000, interval: 250 }).toEqual(['Active']);
  expect(await count(openConnection(connectionOptions(returning.url)))).toBe(2_000);
});

test('reads that ask for all replicas while one is down: temporary, and it names the cluster', async () => {
  await cluster.peers[1]!.kill();
  await upsert(range(2_000, 2_050)); // a replica is marked dead by a write, not before
  const impatient = { query: { consistency: 'all' }, body: { query: [1, 2, 3, 4], limit: 5 }, repeatable: false };
  await expect(connection.request('POST', '/collections/c/points/query', impatient)).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining('active replicas'),
    hint: expect.stringContaining('a peer of the cluster may be down'),
  });
});
