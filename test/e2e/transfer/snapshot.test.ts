/**
 * Backups by Qdrant's own snapshot: the same points as by scrolling, proven by one hash; cleaned up on the server; taken up
 * after a crash; found out where a byte is wrong.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QdxEvent } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { listSnapshots } from '../../../src/core/qdrant/snapshots.ts';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { compareCollection } from '../../../src/core/transfer/compare-collection.ts';
import { restore, type RestoreParams } from '../../../src/core/transfer/restore.ts';
import { readTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { paramsFor } from './backup-support.ts';
import { createNastyCollection } from './nasty-collection.ts';
import { restoreAll } from './restore-support.ts';

let server: RunningQdrant;
let connection: Connection;
/** A snapshot backup of docs__1, 200 nasty points, to which docs and prod lead. */
let folder: string;
const { partPoints: _partPoints, ...whole } = paramsFor('');

const snapshotParams = (to: string) => ({ ...whole, folder: to, snapshot: true });
const newFolder = () => join(temporaryFolder(), 'backup');

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await createNastyCollection(connection, 'docs__1', 200);
  const actions = ['docs', 'prod'].map((alias_name) => ({ create_alias: { alias_name, collection_name: 'docs__1' } }));
  await connection.request('POST', '/collections/aliases', { body: { actions } });
  folder = newFolder();
  await backUp(connection, snapshotParams(folder));
});

afterAll(async () => server.kill());

const restoreParams = (change: Partial<RestoreParams>): RestoreParams => restoreAll({ folder, ...change });

test('F20, F21: backup and restore, snapshot and recover, and another scroll: three hashes are one', async () => {
  const byPoints = newFolder();
  const scrolled = await backUp(connection, paramsFor(byPoints));
  const restored = await restore(connection, restoreParams({ folder: byPoints, as: 'by-points' }));
  const recovered = await restore(connection, restoreParams({ as: 'by-snapshot' }));
  const again = await backUp(
    connection,
    paramsFor(newFolder(), { selection: { names: ['by-snapshot'], patterns: [], all: false } }),
  );
  const [expected] = scrolled.collections;
  expect(restored.collections).toMatchObject([{ pointsHash: expected!.pointsHash, points: 200, notRestored: [] }]);
  expect(recovered.collections).toMatchObject([{ pointsHash: expected!.pointsHash, points: 200, notRestored: [] }]);
  expect(again.collections[0]!.pointsHash).toBe(expected!.pointsHash);
  const report = await compareCollection(connection, { collection: 'by-snapshot', against: 'docs' });
  expect(report).toMatchObject({ isEqual: true, settings: [] });
  expect(await readTransferMark(connection, 'by-snapshot__1')).toMatchObject({ state: 'live', command: 'restore' });
});

test('holds what a snapshot lacks, is sound, and leaves nothing on the server', async () => {
  const { manifest, problems } = await verifyBackup(folder);
  expect(problems).toEqual([]);
  expect(manifest!.collections).toMatchObject([
    { name: 'docs__1', aliases: ['docs', 'prod'], points: 200, consistency: 'snapshot', parts: [] },
  ]);
  const below = join(folder, '001-docs__1');
  expect(readdirSync(below).toSorted()).toEqual(['collection.json', 'collection.snapshot']);
  const described = readFileSync(join(below, 'collection.json'), 'utf8');
  expect(described).toContain('"metadata":{"big":18446744073709551615,"exact":1.0,');
  expect(described).toContain('"read_fan_out_factor":2');
  expect(await listSnapshots(connection, 'docs__1', {})).toEqual([]);
});

test('F26, F27: one flipped bit, and a file cut short, are found by verify and refused by restore', async () => {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  const path = join(copy, '001-docs__1', 'collection.snapshot');
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 4;
  writeFileSync(path, bytes);
  const { problems } = await verifyBackup(copy);
  expect(problems).toMatchObject([
    { kind: 'changed', message: expect.stringContaining('collection.snapshot was changed') },
  ]);
  writeFileSync(path, bytes.subarray(0, -512));
  expect((await verifyBackup(copy)).problems).toMatchObject([{ kind: 'size' }]);
  const before = await listCollections(connection);
  await expect(restore(connection, restoreParams({ folder: copy, as: 'never' }))).rejects.toMatchObject({
    kind: 'verification',
  });
  expect(await listCollections(connection)).toEqual(before);
});

test.each([
  // Killed before its name was noted, a snapshot stays; later ones are known to the next run, which removes them.
  ['snapshot.created', 'it may leave'],
  ['snapshot.downloaded', 'it removes'],
  ['snapshot.download-noted', 'it removes'],
] as const)('F2: killed at %s: no backup yet; the same command finishes it; the snapshot %s', async (step, fate) => {
  const to = newFolder();
  const args = ['backup', 'docs', '--snapshot', '--to', to];
  const env = { QDX_URL: server.url };
  const held = { ...env, QDX_HOLD_AT_STEP: step };
  expect(await runQdx(args, { env: held, killSignal: 'SIGKILL', killWhen: /held at/ })).toMatchObject({
    exitCode: 137,
  });
  await expect(verifyBackup(to)).rejects.toThrow('is an unfinished backup');
  const ofTheKilled = await listSnapshots(connection, 'docs__1', {});
  expect(ofTheKilled).toHaveLength(1);
  expect(await runQdx(args, { env })).toMatchObject({ exitCode: 0 });
  expect(await verifyBackup(to)).toMatchObject({ problems: [] });
  const names = await listSnapshots(connection, 'docs__1', {});
  // The server names snapshots by the second: one made within the same second takes the other's place.
  expect(fate === 'it removes' ? [] : ofTheKilled).toEqual(expect.arrayContaining(names));
  for (const name of names) await connection.request('DELETE', `/collections/docs__1/snapshots/${name}`);
});

test('F1: killed while the server recovers: nothing was switched, and the next run finishes it', async () => {
  const args = ['restore', folder, '--as', 'late', '--yes', '--no-wait', '--break-lock'];
  const env = { QDX_URL: server.url };
  for (const step of ['restore.created', 'restore.loaded']) {
    const held = { ...env, QDX_HOLD_AT_STEP: step };
    await runQdx(args, { env: held, killSignal: 'SIGKILL', killWhen: /held at/ });
    expect((await listCollections(connection)).flatMap(({ aliases }) => aliases)).not.toContain('late');
    expect(await readTransferMark(connection, 'late__1')).toMatchObject({ state: 'staging' });
  }
  const { exitCode, stdout } = await runQdx(args, { env });
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('late -> late__1: 200 points')]);
});

test('F13: a write meanwhile is a label, under --strict a failure; the snapshot can be restored all the same', async () => {
  await createNastyCollection(connection, 'busy', 60);
  const point = { points: [{ id: 77_777, vector: {}, payload: {} }] };
  let written: Promise<unknown> | undefined;
  const onEvent = (event: QdxEvent) => {
    if (event.type === 'step' && event.name === 'snapshot.announced')
      written ??= connection.request('PUT', '/collections/busy/points', { query: { wait: true }, body: point });
  };
  const selection = { names: ['busy'], patterns: [], all: false };
  const strict = { ...snapshotParams(newFolder()), selection, strict: true };
  await expect(backUp(connection, strict, { onEvent })).rejects.toMatchObject({
    kind: 'verification',
    message: 'busy was changed while its snapshot was made: its points are others than before the snapshot',
  });
  await written;
  const to = newFolder();
  const unchecked = await backUp(connection, { ...snapshotParams(to), selection, secondScan: false });
  expect(unchecked.collections).toMatchObject([{ points: 61, pointsHash: null, consistency: 'snapshot-unchecked' }]);
  const { collections } = await restore(connection, restoreParams({ folder: to, as: 'busy-copy' }));
  expect(collections).toMatchObject([{ points: 61 }]);
});

test.each([
  [{ filter: { must: [] } }, '--filter cannot be used with --snapshot'],
  [{ compression: 'gzip' }, '--compress cannot be used with --snapshot'],
] as const)('%j is refused before anything is asked', async (change, message) => {
  await expect(backUp(connection, { ...snapshotParams(newFolder()), ...change })).rejects.toThrow(message);
});

test('a comparison point by point says how it can be had', async () => {
  await expect(compareCollection(connection, { collection: 'docs', against: folder })).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringContaining('--as docs__1-check') as string,
  });
});
