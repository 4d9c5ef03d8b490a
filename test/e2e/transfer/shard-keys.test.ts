/**
 * Custom sharding, on a real cluster of one peer: shard keys, and one id under two of them, go and come back.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { restore } from '../../../src/core/transfer/restore.ts';
import { type RunningCluster, startCluster } from '../../helpers/cluster.ts';
import { connectTo } from '../../helpers/connection.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOf, paramsFor } from './backup-support.ts';
import { restoreAll } from './restore-support.ts';

let cluster: RunningCluster;
let connection: Connection;

beforeAll(async () => {
  cluster = await startCluster(1);
  connection = connectTo({ url: cluster.url, apiKey: undefined });
});

afterAll(async () => cluster.stop());

test('F28, F29: points come back under their shard keys (Qdrant #10135: a restore that looks fine and is empty)', async () => {
  await connection.request('PUT', '/collections/tenants', {
    body: { vectors: { size: 2, distance: 'Dot' }, sharding_method: 'custom', shard_number: 1 },
  });
  for (const shard_key of ['a', 'b']) {
    await connection.request('PUT', '/collections/tenants/shards', { body: { shard_key } });
    const points = Array.from({ length: 60 }, (_, id) => ({ id, vector: [id, 1], payload: { tenant: shard_key } }));
    const body = { points, shard_key };
    await connection.request('PUT', '/collections/tenants/points', { query: { wait: true }, body });
  }
  const folder = join(temporaryFolder(), 'backup');
  const selection = { names: ['tenants'], patterns: [], all: false };
  const backup = await backUp(connection, paramsFor(folder, { selection, partPoints: 25 }));
  expect(backup).toMatchObject({ points: 120, collections: [{ consistency: 'scroll' }] });
  const { collections } = await restore(connection, restoreAll({ folder, as: 'other' }));
  expect(collections).toMatchObject([{ physical: 'other__1', points: 120, notRestored: [] }]);
  const again = join(temporaryFolder(), 'backup');
  await backUp(connection, paramsFor(again, { selection: { ...selection, names: ['other'] }, partPoints: 1000 }));
  const tenants = linesOf(join(again, '001-other__1')).map((line) => (line.includes('"tenant":"a"') ? 'a' : 'b'));
  // Parts are read key by key.
  expect(tenants.join('')).toBe('a'.repeat(60) + 'b'.repeat(60));
});
