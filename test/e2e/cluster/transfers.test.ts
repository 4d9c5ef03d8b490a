/**
 * Transfers to, from and on a real cluster of three peers, by points and by Qdrant's own snapshots; one peer killed in their middle.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QdxEvent } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { readReplicas } from '../../../src/core/qdrant/stats/replicas.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { canRaiseFence } from '../../../src/core/transfer/switch/plain/write-fence.ts';
import { migrate } from '../../../src/core/transfer/migrate.ts';
import { shipSnapshot } from '../../../src/core/transfer/migrate/ship-snapshot.ts';
import { restore, type RestoreParams } from '../../../src/core/transfer/restore.ts';
import { type RunningCluster, startCluster, waitForPeers } from '../../helpers/cluster.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOn as rawLinesOn, migrateParams, pointAliases } from '../migrate/support.ts';
import { comparableLine } from '../../../src/core/transfer/points/comparable-line.ts';
import { paramsFor } from '../transfer/backup-support.ts';

const points = 120;
const layout = { shard_number: 3, replication_factor: 2 };
let cluster: RunningCluster;
let single: RunningQdrant;
/** To the first peer. */
let there: Connection;
let here: Connection;
let peerUrls: string[];
let expected: string[];

beforeAll(async () => {
  [cluster, single] = await Promise.all([startCluster(3), startQdrant()]);
  there = connectTo({ url: cluster.url, apiKey: undefined });
  here = connectTo(single);
  peerUrls = cluster.peers.map(({ url }) => url);
  await fill(there, 'docs__1', { ...layout, vectors: { size: 4, distance: 'Dot' } }, [null]);
  await pointAliases(there, ['docs'], 'docs__1');
  expected = await linesOn(there, 'docs');
}, 60_000);

afterAll(async () => {
  await Promise.all([cluster.stop(), single.kill()]);
});

async function fill(connection: Connection, name: string, body: unknown, keys: readonly (string | null)[]) {
  const exists = await connection.request<{ exists: boolean }>('GET', `/collections/${name}/exists`);
  if (!exists.exists) await connection.request('PUT', `/collections/${name}`, { body });
  for (const shard_key of keys) {
    const ids = Array.from({ length: points }, (_, index) => index);
    const of = ids.map((id) => ({ id, vector: [id, 1, 0.5, -1], payload: { n: id, exact: '1.0', key: shard_key } }));
    const sent = { points: of, ...(shard_key !== null && { shard_key }) };
    await connection.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body: sent });
  }
}

const guards = {
  allowEmpty: false,
  allowGap: false,
  allowShrink: false,
  breakLock: true,
  owner: lockOwner('test'),
  confirm: async () => true,
  confirmed: [],
  ask: async () => null,
};
const restoreParams = (folder: string, as: string): RestoreParams => ({
  ...guards,
  folder,
  as,
  select: [],
  dryRun: false,
  batchSize: 16,
  parallel: 2,
  waitForIndex: false,
  scratchFolder: temporaryFolder(),
  peerUrls,
});

/** As they lie there, but for the order of keys, which is another at each reading. */
const linesOn = async (connection: Connection, name: string): Promise<string[]> =>
  (await rawLinesOn(connection, name)).map((line) => comparableLine(Buffer.from(line)).toString());

const newFolder = (): string => join(temporaryFolder(), 'backup');
const named = (name: string) => ({ names: [name], patterns: [], all: false });
const { partPoints: _partPoints, ...whole } = paramsFor('');
const snapshotParams = (folder: string, name: string) => ({
  ...whole,
  folder,
  snapshot: true,
  peerUrls,
  selection: named(name),
});

async function countOn(url: string, name: string): Promise<number> {
  const line = connectTo({ url, apiKey: undefined });
  const body = { exact: true };
  const { count } = await line.request<{ count: number }>('POST', `/collections/${name}/points/count`, { body });
  await line.close();
  return count;
}

/** Each peer by itself has all points, its own replicas first; and no point that is written again finds another shard. */
async function onEveryPeer(name: string, keys: readonly (string | null)[]): Promise<void> {
  const all = points * keys.length;
  expect(await Promise.all(peerUrls.map((url) => countOn(url, name)))).toEqual([all, all, all]);
  await fill(there, name, null, keys);
  expect(await countOn(cluster.url, name)).toBe(all);
}

describe('snapshots', () => {
  test('of a collection that is spread over peers: one for each shard, restored to every replica', async () => {
    const folder = newFolder();
    const made = await backUp(there, snapshotParams(folder, 'docs'));
    expect(made.collections).toMatchObject([
      { points, consistency: 'snapshot', shardSnapshots: [{ shard: 0 }, { shard: 1 }, { shard: 2 }] },
    ]);
    expect(await verifyBackup(folder)).toMatchObject({ problems: [], filesRead: 4, manifest: { version: 2 } });
    const { collections } = await restore(there, restoreParams(folder, 'recovered'));
    expect(collections).toMatchObject([{ points, pointsHash: made.collections[0]?.pointsHash, notRestored: [] }]);
    expect(await linesOn(there, 'recovered')).toEqual(expected);
    expect((await readReplicas(there, 'recovered__1')).map(({ state }) => state)).toEqual(Array(6).fill('Active'));
    await onEveryPeer('recovered', [null]);
  });

  test('F28: with shard keys, of several shards each and numbers that begin later: under another name, each point in its shard', async () => {
    const body = { vectors: { size: 4, distance: 'Dot' }, sharding_method: 'custom', shard_number: 2 };
    await there.request('PUT', '/collections/tenants', { body });
    for (const shard_key of ['gone', 'a', 'b'])
      await there.request('PUT', '/collections/tenants/shards', { body: { shard_key } });
    await there.request('POST', '/collections/tenants/shards/delete', { body: { shard_key: 'gone' } });
    await fill(there, 'tenants', body, ['a', 'b']);
    const folder = newFolder();
    const made = await backUp(there, snapshotParams(folder, 'tenants'));
    expect(made.collections[0]?.shardSnapshots?.map(({ shard, shardKey }) => [shard, shardKey])).toEqual([
      [3, 'a'],
      [4, 'a'],
      [5, 'b'],
      [6, 'b'],
    ]);
    const { collections } = await restore(there, restoreParams(folder, 'moved'));
    expect(collections).toMatchObject([{ points: points * 2, notRestored: [] }]);
    await onEveryPeer('moved', ['a', 'b']);
    const strategy = shipSnapshot(there, {}, { from: peerUrls, to: peerUrls });
    const params = migrateParams({ ...guards, source: 'tenants', target: 'shipped', strategy });
    expect(await migrate({ from: there, to: there }, params)).toMatchObject({ way: 'snapshot', points: points * 2 });
    await onEveryPeer('shipped', ['a', 'b']);
  });

  test('migrate --via snapshot: from the cluster to a single server, and back', async () => {
    const ship = async (from: Connection, to: Connection, source: string, target: string) => {
      const urls = { from: from === there ? peerUrls : [], to: to === there ? peerUrls : [] };
      const strategy = shipSnapshot(to, {}, urls);
      return migrate({ from, to }, migrateParams({ ...guards, source, target, strategy }));
    };
    expect(await ship(there, here, 'docs', 'out')).toMatchObject({ way: 'snapshot', points, notAsPlanned: [] });
    expect(await linesOn(here, 'out')).toEqual(expected);
    expect(await ship(here, there, 'out', 'back')).toMatchObject({ way: 'snapshot', points, notAsPlanned: [] });
    expect(await linesOn(there, 'back')).toEqual(expected);
    await onEveryPeer('back', [null]);
  });

  test('peers whose API cannot be reached are named, before anything is made', async () => {
    const folder = newFolder();
    const args = ['backup', 'docs', '--snapshot', '--to', folder];
    const env = { QDX_URL: cluster.url };
    const alone = await runQdx(args, { env });
    expect([alone.exitCode, alone.stderr]).toEqual([
      8,
      expect.stringMatching(/shards? [\d, ]+ lies? on other peers.*--peer-url/su),
    ]);
    const flags = peerUrls.flatMap((url) => ['--peer-url', url]);
    const stranger = await runQdx([...args, '--peer-url', single.url], { env });
    expect([stranger.exitCode, stranger.stderr]).toEqual([2, expect.stringContaining('is no peer of the cluster')]);
    const done = await runQdx([...args, ...flags], { env });
    expect([done.exitCode, done.stdout]).toEqual([
      0,
      expect.stringContaining('as 3 snapshots of Qdrant, one of each shard'),
    ]);
    await expect(restore(there, { ...restoreParams(folder, 'unreached'), peerUrls: [] })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('could not be reached, and each peer takes the snapshots') as string,
    });
    const { collections } = await there.request<{ collections: { name: string }[] }>('GET', '/collections');
    expect(collections.map(({ name }) => name)).not.toContain('unreached__1');
  });
});

describe('by points', () => {
  test('F28: a backup to the cluster, and migrate to a single server and back', async () => {
    const folder = newFolder();
    await backUp(there, paramsFor(folder));
    const { collections } = await restore(there, restoreParams(folder, 'restored'));
    expect(collections).toMatchObject([{ points, notRestored: [] }]);
    expect(await linesOn(there, 'restored')).toEqual(expected);
    const copy = (from: Connection, to: Connection, source: string, target: string) =>
      migrate({ from, to }, migrateParams({ ...guards, source, target }));
    expect(await copy(there, here, 'docs', 'copied')).toMatchObject({ points, isSwitched: true });
    expect(await copy(here, there, 'copied', 'returned')).toMatchObject({ points, isSwitched: true });
    expect(await linesOn(there, 'returned')).toEqual(expected);
    expect(await readReplicas(there, 'returned__1')).toHaveLength(6);
  });

  test('a plain name is taken on a cluster only where writers are said to be stopped: they cannot be held off', async () => {
    await fill(there, 'plain', { ...layout, vectors: { size: 4, distance: 'Dot' } }, [null]);
    expect(await canRaiseFence(there, 'plain', {})).toBe(false);
    const params = { ...guards, source: 'docs', target: 'plain', allowGap: true };
    await expect(migrate({ from: there, to: there }, migrateParams(params))).rejects.toMatchObject({
      kind: 'verification',
      hint: expect.stringContaining('--allow-concurrent-writes') as string,
    });
    expect(await linesOn(there, 'plain')).toHaveLength(points);
    const taken = await migrate({ from: there, to: there }, migrateParams({ ...params, allowConcurrentWrites: true }));
    expect(taken).toMatchObject({ isSwitched: true, gap: { isFenced: false } });
    expect(await linesOn(there, 'plain')).toEqual(expected);
  });
});

test('F10: an error of write consistency though replicas committed: nothing counts as written, and reading back decides', async () => {
  const [, , third] = cluster.peers;
  const spread = { shard_number: 1, replication_factor: 3, write_consistency_factor: 3 };
  await fill(there, 'strict', { ...spread, vectors: { size: 4, distance: 'Dot' } }, [null]);
  await pointAliases(there, ['strict-docs'], 'strict');
  const folder = newFolder();
  await backUp(there, paramsFor(folder, { selection: named('strict') }));
  const impatient = connectTo({ url: cluster.url, apiKey: undefined }, { retries: 1 });
  let killed: Promise<void> | undefined;
  const onEvent = (event: QdxEvent) => {
    if (event.type === 'step' && event.name === 'restore.created') killed ??= third?.kill();
  };
  const failed = await restore(impatient, restoreParams(folder, 'strict-copy'), { onEvent }).catch(
    (error: unknown) => error,
  );
  await killed;
  expect(failed).toMatchObject({
    kind: 'temporary',
    message: expect.stringMatching(/could not do PUT .* now \(500\)/u) as string,
    hint: expect.stringContaining('a peer of the cluster may be down') as string,
  });
  // The error came, and yet the two that live have taken the points.
  expect(await countOn(cluster.url, 'strict-copy__1')).toBeGreaterThan(0);
  const aliases = await there.request<{ aliases: { alias_name: string }[] }>('GET', '/aliases');
  expect(aliases.aliases.map((each) => each.alias_name)).not.toContain('strict-copy');
  await third?.restart();
  await waitForPeers(cluster.peers, 3);
  const again = await restore(there, restoreParams(folder, 'strict-copy'));
  expect(again.collections).toMatchObject([{ physical: 'strict-copy__1', points }]);
  expect(await linesOn(there, 'strict-copy')).toEqual(await linesOn(there, 'strict'));
});

describe('F1, F7: a peer is killed in the middle, and comes back', () => {
  test.each(['restore', 'migrate'] as const)('%s: nothing is lost, on no peer', async (command) => {
    const [, , third] = cluster.peers;
    if (!third) throw new Error('three peers');
    const folder = newFolder();
    if (command === 'restore') await backUp(there, paramsFor(folder));
    let killed: Promise<void> | undefined;
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'step' && event.name === `${command}.batch-loaded`) killed ??= third.kill();
    };
    const target = `${command}-dying`;
    if (command === 'restore') await restore(there, restoreParams(folder, target), { onEvent });
    else await migrate({ from: there, to: there }, migrateParams({ ...guards, target, batchSize: 16 }), { onEvent });
    expect(killed).toBeDefined();
    await killed;
    expect(await linesOn(there, target)).toEqual(expected);
    await third.restart();
    await waitForPeers(cluster.peers, 3);
    const back = connectTo(third);
    const states = async () => new Set((await readReplicas(back, `${target}__1`)).map(({ state }) => state));
    await expect.poll(states, { timeout: 60_000, interval: 100 }).toEqual(new Set(['Active']));
    expect(await linesOn(back, target)).toEqual(expected);
    await back.close();
  });
});
