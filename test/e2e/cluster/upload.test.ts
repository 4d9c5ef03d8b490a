/**
 * The same commands on a real cluster of three peers; one of them is killed in the middle of an upload.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureCollection } from '../../../src/core/qdrant/collection/create-collection.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import { acquireWriterLock, lockOwner } from '../../../src/core/qdrant/lock.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { readStats } from '../../../src/core/qdrant/stats.ts';
import { systemCollection } from '../../../src/core/qdrant/collection/system-collection.ts';
import { uploadRecords } from '../../../src/core/qdrant/upload.ts';
import { type RunningCluster, startCluster, waitForPeers } from '../../helpers/cluster.ts';
import { fromList, testCard, testRecord, testSettings } from '../../helpers/collection-card.ts';
import { connectTo } from '../../helpers/connection.ts';
import type { RunningQdrant } from '../../helpers/qdrant.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster(3);
});
afterAll(async () => {
  await cluster.stop();
});

const count = 4000;
const records = Array.from({ length: count }, (_, index) => testRecord(index));

async function idsOn(peer: RunningQdrant): Promise<Set<string>> {
  const line = connectTo(peer);
  const ids = new Set<string>();
  for await (const { id } of scrollPoints(line, 'docs', { withPayload: false, pageSize: 2000 })) ids.add(String(id));
  await line.close();
  return ids;
}

const replicaStates = async (peer: RunningQdrant): Promise<string[]> => {
  const line = connectTo(peer);
  const { collections } = await readStats(line, { collection: 'docs' });
  await line.close();
  return (collections[0]?.replicas ?? []).map(({ state }) => state);
};

test('F14: of nine runs that start at once on three peers exactly one gets the lock', async () => {
  const lines = cluster.peers.map((peer) => connectTo(peer));
  for (let round = 0; round < 3; round++) {
    const tries = await Promise.allSettled(
      Array.from({ length: 9 }, (_, run) => {
        const line = lines[run % lines.length];
        if (!line) throw new Error('no line');
        return acquireWriterLock(line, { target: `race ${round}`, runId: `run ${run}`, owner: lockOwner('test') });
      }),
    );
    const winners = tries.filter((one) => one.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const { value } of winners) await value.release();
  }
  for (const line of lines) await line.close();
});

test('shards, replicas and consistency as set; a peer killed in mid-upload loses nothing and comes back', async () => {
  const [first, second, third] = cluster.peers;
  if (!first || !second || !third) throw new Error('three peers');
  const connection = connectTo(first);
  const settings = testSettings({
    optimization: { shardNumber: 3, replicationFactor: 2, writeConsistencyFactor: 1 },
    upload: { batchSize: 100 },
  });
  const card = testCard();
  const lock = await acquireWriterLock(connection, { target: 'docs', runId: 'run', owner: lockOwner('test') });
  const { physical } = await ensureCollection(connection, { name: 'docs', card, settings, alias: true });
  const { config } = await readCollectionInfo(connection, physical);
  expect(config.params).toMatchObject({ shard_number: 3, replication_factor: 2, write_consistency_factor: 1 });
  expect((await readCollectionInfo(connection, systemCollection)).config.params.replication_factor).toBe(3);
  expect(await replicaStates(first)).toEqual(Array.from({ length: 6 }, () => 'Active'));

  let killed: Promise<void> | undefined;
  const summary = await uploadRecords(
    connection,
    {
      collection: physical,
      card,
      distance: 'Cosine',
      settings: settings.upload,
      records: fromList(records),
      waitForIndex: true,
    },
    {
      onEvent: (event) => {
        if (event.type === 'progress' && event.stage === 'uploading' && event.done >= 1000) killed ??= third.kill();
      },
    },
  );
  await killed;
  expect(summary).toMatchObject({ read: count, points: count, rejected: 0, pointsAfter: count, idsCompared: count });
  const ids = new Set(records.map(({ id }) => String(id)));
  for (const peer of [first, second]) expect(await idsOn(peer)).toEqual(ids);
  expect(lock.lost.aborted).toBe(false);
  await lock.release();

  const { collections } = await readStats(connection, { collection: 'docs' });
  expect(collections[0]?.replicas.filter(({ state }) => state === 'Dead').length).toBeGreaterThan(0);
  expect(collections[0]?.warnings).toContainEqual({
    code: 'replica',
    message: expect.stringMatching(/shard \d on peer \d+ is Dead/u),
  });

  await third.restart();
  await waitForPeers(cluster.peers, 3);
  const allActive = Array.from({ length: 6 }, () => 'Active');
  await expect.poll(() => replicaStates(third), { timeout: 60_000, interval: 100 }).toEqual(allActive);
  expect(await idsOn(third)).toEqual(ids);
  await connection.close();
});
