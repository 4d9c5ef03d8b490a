/**
 * One backup by several machines: borders drawn once, a folder each, one lock; verified and restored together.
 */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QdxEvent } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { systemCollection } from '../../../src/core/qdrant/collection/system-collection.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { acquireWriterLock, lockOwner } from '../../../src/core/qdrant/lock.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { compareCollection } from '../../../src/core/transfer/compare-collection.ts';
import { verifyShards } from '../../../src/core/transfer/backup-folder/verify-shards.ts';
import { readManifest } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOn, pointAliases } from '../migrate/support.ts';
import { linesOf, paramsFor } from './backup-support.ts';
import { createNastyCollection } from './nasty-collection.ts';

const points = 300;
const shards = 3;
let server: RunningQdrant;
let connection: Connection;
let expected: string[];

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await createNastyCollection(connection, 'docs__1', points);
  await pointAliases(connection, ['docs'], 'docs__1');
  expected = await linesOn(connection, 'docs');
});

afterAll(async () => server.kill());

const folderOf = (root: string, shard: number): string => join(root, `shard-${shard}`);
const all = [1, 2, 3];

/** As machine `shard` of `run`. */
const shardParams = (root: string, runId: string, shard: number, change = {}) => {
  const owner = { ...lockOwner('test'), machine: `machine ${shard}`, startedAt: `2026-01-01T00:00:0${shard}Z` };
  const shared = { runId, shard, shards, owner, breakLock: false, patienceMs: 0 };
  return paramsFor(folderOf(root, shard), { partPoints: 40, shard: { ...shared, ...change } });
};

const records = async (): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const { payload } of scrollPoints(connection, systemCollection)) found.push(payload?.['kind']);
  return found.filter((kind) => String(kind).startsWith('backup'));
};

/** All shards at once, as machines would; verified. */
async function backUpTogether(root: string, runId: string): Promise<string[]> {
  await Promise.all(all.map((shard) => backUp(connection, shardParams(root, runId, shard, { patienceMs: 60_000 }))));
  return all.map((shard) => folderOf(root, shard));
}

test('three machines at once: every point in one folder, each labelled as one moment; nothing is left on the server', async () => {
  const folders = await backUpTogether(temporaryFolder(), 'nightly');
  const { problems, missing, folders: reports } = await verifyShards(folders);
  expect({ problems, missing, faults: reports.flatMap((each) => each.problems) }).toEqual({
    problems: [],
    missing: [],
    faults: [],
  });
  const [first] = reports;
  expect(reports.map(({ manifest }) => manifest?.backupId)).toEqual(all.map(() => first?.manifest?.backupId));
  expect(reports.flatMap(({ manifest }) => manifest!.collections.map((each) => each.consistency))).toEqual(
    all.map(() => 'scroll'),
  );
  expect(reports.every(({ pointsRead }) => pointsRead > 0)).toBe(true);
  expect(folders.flatMap((folder) => linesOf(join(folder, '001-docs__1')))).toEqual(expected);
  expect(await records()).toEqual([]);
});

test('shards that are missing, doubled, or of another run are named by verify and restore; all together are restored', async () => {
  const folders = await backUpTogether(temporaryFolder(), 'first');
  const others = await backUpTogether(temporaryFolder(), 'second');
  const env = { QDX_URL: server.url };
  const qdx = (...args: string[]) => runQdx(args, { env });
  const [one = '', two = '', three = ''] = folders;
  expect(await qdx('verify', one)).toMatchObject({
    exitCode: 3,
    stdout: expect.stringContaining('it is shard 1 of 3 of run first, no whole backup') as string,
  });
  const part = await qdx('restore', one, three, '--as', 'whole', '--yes');
  expect(part).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('shard 2 of 3 of run first is missing') as string,
  });
  expect(await verifyShards([one, three])).toMatchObject({ problems: [], missing: [2] });
  const copy = join(temporaryFolder(), 'copy');
  cpSync(two, copy, { recursive: true });
  expect(await verifyShards([one, two, copy, three])).toMatchObject({
    problems: [`${copy} is shard 2/3 of run first, and so is ${two}`],
  });
  expect(await verifyShards([one, others[1] ?? '', three])).toMatchObject({
    problems: [expect.stringContaining('they do not belong together') as string],
    missing: [],
  });
  await expect(compareCollection(connection, { collection: 'docs', against: one })).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('is shard 1 of 3, and holds only its points') as string,
  });
  const restored = await qdx('restore', three, one, two, '--as', 'whole', '--yes', '--no-wait');
  expect([restored.exitCode, restored.stderr]).toEqual([0, expect.anything()]);
  expect(await linesOn(connection, 'whole')).toEqual(expected);
});

test('F1, F2, F3: shards one after the other, each killed on its way, with other workers: borders are those of the first', async () => {
  const root = temporaryFolder();
  const env = { QDX_URL: server.url };
  const run = (shard: number, more: Parameters<typeof runQdx>[1] = {}, workers = 2) =>
    runQdx(
      [
        'backup',
        'docs',
        '--to',
        folderOf(root, shard),
        '--part-points',
        '40',
        '--shard',
        `${shard}/3`,
        '--run',
        'killed',
      ].concat('--no-second-scan', '--parallel', String(workers)),
      { env, ...more },
    );
  const steps = [['backup.begun', 'backup.part-noted'], ['backup.planned'], ['backup.manifest-written']];
  for (const shard of all) {
    for (const step of steps[shard - 1] ?? []) {
      const held = { ...env, QDX_HOLD_AT_STEP: step };
      const killed = await run(shard, { env: held, killSignal: 'SIGKILL', killWhen: /held at/ }, shard);
      expect([step, killed.exitCode]).toEqual([step, 137]);
    }
    const ended = await run(shard, {}, 4);
    expect([ended.exitCode, ended.stderr]).toEqual([0, expect.anything()]);
  }
  const folders = all.map((shard) => folderOf(root, shard));
  expect(await verifyShards(folders)).toMatchObject({ problems: [], missing: [] });
  expect(folders.flatMap((folder) => linesOf(join(folder, '001-docs__1')))).toEqual(expected);
  const { exitCode, stderr } = await run(2);
  expect([exitCode, stderr]).toEqual([8, expect.stringContaining('holds a finished backup already')]);
  expect(await records()).toEqual([]);
});

test('a run that was given up: gc shows whose it is and how far it came, and removes it by its name alone', async () => {
  const params = shardParams(temporaryFolder(), 'given-up', 2);
  await expect(backUp(connection, params)).rejects.toMatchObject({ kind: 'partial' });
  const env = { QDX_URL: server.url };
  const shown = await runQdx(['gc', '--json'], { env });
  expect(JSON.parse(shown.stdout)).toMatchObject({
    deleted: 0,
    backupRuns: [
      {
        runId: 'given-up',
        collections: ['docs__1'],
        shards: 3,
        begun: [2],
        done: [],
        owners: [{ pid: process.pid, command: 'test' }],
        keptBy: null,
        isDeleted: false,
      },
    ],
  });
  // Somebody takes it up.
  const request = { target: 'docs', runId: 'backup given-up', owner: lockOwner('qdx backup docs') };
  const lock = await acquireWriterLock(connection, request);
  const kept = await runQdx(['gc', '--confirm', 'given-up'], { env });
  expect(kept).toMatchObject({ exitCode: 8 });
  expect(kept.stderr).toContain(`backup run given-up is not deleted: process ${process.pid} on`);
  await lock.release();
  const removed = await runQdx(['gc', '--confirm', 'given-up'], { env });
  expect(removed).toMatchObject({ exitCode: 0 });
  expect(removed.stdout).toMatch(/^given-up +docs__1 +backup run, 0 of 3 shards done, by .* deleted$/m);
  expect(await records()).toEqual([]);
});

test('one machine alone says what is missing and goes on later; a shard that was read elsewhere is not begun again', async () => {
  const root = temporaryFolder();
  const alone = (shard: number) => backUp(connection, shardParams(root, 'alone', shard));
  await expect(alone(1)).rejects.toMatchObject({
    kind: 'partial',
    message: expect.stringContaining('shards 2, 3 have not') as string,
  });
  await expect(backUp(connection, shardParams(temporaryFolder(), 'alone', 1))).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('was begun already, in another folder') as string,
  });
  const fewer = { ...shardParams(root, 'alone', 2, { shards: 2 }) };
  await expect(backUp(connection, fewer)).rejects.toMatchObject({
    kind: 'usage',
    message: 'run alone has 3 shards, now it is 2',
  });
  await expect(alone(2)).rejects.toMatchObject({ kind: 'partial' });
  // The last one finds that all others have read.
  for (const shard of [3, 1, 2]) await alone(shard);
  expect(await verifyShards(all.map((shard) => folderOf(root, shard)))).toMatchObject({ problems: [], missing: [] });
});

test('F13: a point written between two shards is in the label of the shard that it belongs to', async () => {
  await createNastyCollection(connection, 'busy', 60);
  const root = temporaryFolder();
  const selection = { names: ['busy'], patterns: [], all: false };
  const of = (shard: number, change = {}) => ({ ...shardParams(root, 'busy', shard, change), selection });
  // The first has read, and cannot compare yet.
  await expect(backUp(connection, of(1))).rejects.toMatchObject({ kind: 'partial' });
  await connection.request('PUT', '/collections/busy/points', {
    query: { wait: true },
    body: { points: [{ id: 0, vector: {}, payload: { changed: true } }] },
  });
  const summaries = await Promise.all(all.map((shard) => backUp(connection, of(shard, { patienceMs: 60_000 }))));
  const labels = summaries.flatMap(({ collections }) => collections.map((each) => each.consistency));
  expect(labels).toEqual(['scroll-while-writing', 'scroll', 'scroll']);
});

test('F14: shards of one run hold the name as one owner; another run waits outside, and they outside of its lock', async () => {
  const root = temporaryFolder();
  const lock = await acquireWriterLock(connection, { target: 'docs', runId: 'upload', owner: lockOwner('qdx upload') });
  await expect(backUp(connection, shardParams(root, 'late', 1))).rejects.toMatchObject({ kind: 'locked' });
  await lock.release();
  let seen: unknown;
  const onEvent = (event: QdxEvent) => {
    if (event.type !== 'step' || event.name !== 'backup.planned') return;
    const request = { target: 'docs', runId: 'upload', owner: lockOwner('qdx upload') };
    seen ??= acquireWriterLock(connection, request).catch((error: { kind: string }) => error.kind);
  };
  await Promise.allSettled(
    all.map((shard) => backUp(connection, shardParams(root, 'late', shard, { patienceMs: 60_000 }), { onEvent })),
  );
  expect(await seen).toBe('locked');
});

test('the manifest says which shard it is, in a version that a reader of whole backups refuses', async () => {
  const [one = ''] = await backUpTogether(temporaryFolder(), 'format');
  const manifest = await readManifest(one);
  expect(manifest).toMatchObject({ version: 2, shard: { runId: 'format', shard: 1, shards: 3 } });
  expect(manifest.collections[0]?.covers).toMatchObject([{ from: null, shardKey: null }]);
  expect(readFileSync(join(one, 'manifest.json'), 'utf8')).toContain('"shard": {"runId":"format"');
});
