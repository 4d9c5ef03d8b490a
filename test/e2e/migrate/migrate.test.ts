/**
 * Migrations between real servers: what arrives is what was there.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { copyPoints } from '../../../src/core/transfer/migrate/copy-points.ts';
import { migrate, type MigrateParams } from '../../../src/core/transfer/migrate.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOf, paramsFor } from '../transfer/backup-support.ts';
import { createNastyCollection } from '../transfer/nasty-collection.ts';

let servers: RunningQdrant[];
let from: Connection;
let to: Connection;

beforeAll(async () => {
  servers = await Promise.all([startQdrant(), startQdrant()]);
  [from, to] = servers.map((server) => connectTo(server)) as [Connection, Connection];
  await createNastyCollection(from, 'docs__1', 400);
  for (const alias_name of ['docs', 'prod'])
    await from.request('POST', '/collections/aliases', {
      body: { actions: [{ create_alias: { alias_name, collection_name: 'docs__1' } }] },
    });
});

beforeEach(async () => {
  for (const { physical } of await listCollections(to)) await to.request('DELETE', `/collections/${physical}`);
});

afterAll(async () => Promise.all(servers.map(async (server) => server.kill())));

const params = (change: Partial<MigrateParams> = {}): MigrateParams => ({
  source: 'docs',
  target: 'docs',
  strategy: copyPoints({}),
  batchSize: 64,
  parallel: 3,
  switchNames: true,
  readBack: true,
  waitForIndex: false,
  settleRounds: 3,
  allowConcurrentWrites: false,
  allowEmpty: false,
  allowShrink: false,
  scratchFolder: temporaryFolder(),
  confirm: async () => true,
  owner: lockOwner('test'),
  breakLock: false,
  restart: false,
  ...change,
});

async function linesOn(connection: Connection, name: string): Promise<string[]> {
  const copy = join(temporaryFolder(), 'copy');
  const selection = { names: [name], patterns: [], all: false };
  const { collections } = await backUp(connection, paramsFor(copy, { selection, partPoints: 1000 }));
  return linesOf(join(copy, `001-${collections[0]!.name}`));
}

describe('server to server', () => {
  test('F20, F21, F29: every point byte for byte, all names, all settings', async () => {
    const summary = await migrate({ from, to }, params());
    expect(summary).toMatchObject({ points: 400, isSwitched: true, isReadBack: true, notAsPlanned: [] });
    expect(await linesOn(to, 'docs')).toEqual(await linesOn(from, 'docs'));
    expect(await listCollections(to)).toEqual(await listCollections(from));
  });
});
