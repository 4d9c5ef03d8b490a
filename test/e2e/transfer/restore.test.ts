/**
 * Restores into a real server: what comes back is what was there, and nothing in use is touched before that is proven.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { restoreAll, writingMeanwhile } from './restore-support.ts';
import { acquireWriterLock, lockOwner } from '../../../src/core/qdrant/lock.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { readManifest } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { encodeManifest } from '../../../src/core/transfer/backup-folder/manifest.ts';
import {
  describeCollection,
  descriptionDifferences,
} from '../../../src/core/transfer/collection/collection-description.ts';
import { restore, type RestoreParams } from '../../../src/core/transfer/restore.ts';
import { readTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { stateOf } from '../../../src/core/transfer/switch/take-name.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOf, paramsFor } from './backup-support.ts';
import { createNastyCollection } from './nasty-collection.ts';

let source: RunningQdrant;
let target: RunningQdrant;
let from: Connection;
let to: Connection;
/** A backup of docs__1 (aliases docs and prod), 400 points. */
let folder: string;

const alias = (connection: Connection, alias_name: string, collection_name: string) =>
  connection.request('POST', '/collections/aliases', {
    body: { actions: [{ create_alias: { alias_name, collection_name } }] },
  });

beforeAll(async () => {
  [source, target] = await Promise.all([startQdrant(), startQdrant()]);
  [from, to] = [connectTo(source), connectTo(target)];
  await createNastyCollection(from, 'docs__1', 400);
  for (const name of ['docs', 'prod']) await alias(from, name, 'docs__1');
  folder = join(temporaryFolder(), 'backup');
  await backUp(from, paramsFor(folder));
});

beforeEach(async () => {
  for (const { physical } of await listCollections(to)) await to.request('DELETE', `/collections/${physical}`);
});

afterAll(async () => Promise.all([source.kill(), target.kill()]));

/** Of that backup, with no to every question. */
const restoreTo = (change: Partial<RestoreParams> = {}): RestoreParams =>
  restoreAll({ folder, waitForIndex: true, confirm: async () => false, ...change });

/** Every point of a collection, as a fresh backup of it has them. */
async function pointsOf(connection: Connection, name: string): Promise<string[]> {
  const copy = join(temporaryFolder(), 'copy');
  const selection = { names: [name], patterns: [], all: false };
  const { collections } = await backUp(connection, paramsFor(copy, { selection, partPoints: 1000 }));
  return linesOf(join(copy, `001-${collections[0]!.name}`));
}

/** A small plain collection, for targets that are in use. */
async function createSmall(name: string, points: number): Promise<void> {
  await to.request('PUT', `/collections/${name}`, { body: { vectors: { size: 2, distance: 'Dot' } } });
  const body = { points: Array.from({ length: points }, (_, id) => ({ id, vector: [id, 1], payload: { old: true } })) };
  if (points > 0) await to.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body });
}

describe('what comes back', () => {
  test('F20, F21: every point byte for byte', async () => {
    const summary = await restore(to, restoreTo());
    expect(summary.collections).toMatchObject([
      { source: 'docs__1', aliases: ['docs', 'prod'], physical: 'docs__1', points: 400, replaced: [], notRestored: [] },
    ]);
    expect(await pointsOf(to, 'docs')).toEqual(await pointsOf(from, 'docs'));
    expect(summary.collections[0]!.pointsHash).toBe((await readManifest(folder)).collections[0]!.pointsHash);
  });

  test('F29: aliases, configuration, payload indexes, strict mode, metadata', async () => {
    await restore(to, restoreTo());
    const [was] = await listCollections(from);
    const [is] = await listCollections(to);
    expect(is).toEqual(was);
    const differences = descriptionDifferences(await describeCollection(from, was!), await describeCollection(to, is!));
    expect(differences).toEqual([]);
    expect(await readTransferMark(to, 'docs__1')).toMatchObject({ state: 'live', name: 'docs', replaced: null });
  });

  test('the backup of what was restored is the backup: three hashes are equal', async () => {
    await restore(to, restoreTo());
    const again = join(temporaryFolder(), 'backup');
    const { collections } = await backUp(to, paramsFor(again, { partPoints: 33 }));
    expect(collections[0]!.pointsHash).toBe((await readManifest(folder)).collections[0]!.pointsHash);
    const scroll = await backUp(from, paramsFor(join(temporaryFolder(), 'backup'), { partPoints: 90 }));
    expect(scroll.collections[0]!.pointsHash).toBe(collections[0]!.pointsHash);
  });

  test('gzip, several collections, one of them empty and none with an alias', async () => {
    await createSmall('one', 10);
    await createSmall('two', 0);
    const both = join(temporaryFolder(), 'backup');
    const selection = { names: [], patterns: [], all: true };
    await backUp(to, paramsFor(both, { selection, compression: 'gzip' }));
    for (const name of ['one', 'two']) await to.request('DELETE', `/collections/${name}`);
    const { collections } = await restore(to, restoreTo({ folder: both }));
    expect(collections.map(({ aliases, physical, points }) => [aliases, physical, points])).toEqual([
      [['one'], 'one__1', 10],
      [['two'], 'two__1', 0],
    ]);
    expect(await pointsOf(to, 'one')).toHaveLength(10);
  });

  test('--select and --as', async () => {
    const { collections } = await restore(to, restoreTo({ select: ['do*'], as: 'other' }));
    expect(collections).toMatchObject([{ aliases: ['other'], physical: 'other__1' }]);
    expect(await listCollections(to)).toEqual([{ physical: 'other__1', aliases: ['other'] }]);
    await expect(restore(to, restoreTo({ select: ['x'] }))).rejects.toMatchObject({ kind: 'notFound' });
  });
});

describe('what is in use', () => {
  test('is replaced after yes, and kept; what a writer was told meanwhile is counted, and only there', async () => {
    await createSmall('docs__4', 20);
    await alias(to, 'docs', 'docs__4');
    const asked: string[] = [];
    const confirm = async (question: string) => asked.push(question) > 0;
    const { waiting, onEvent } = writingMeanwhile(to, 'docs');
    const { collections } = await restore(waiting, restoreTo({ confirm }), { onEvent });
    expect(asked).toEqual(['Replace docs (now docs__4, 20 points; then 400)? What they lead to now is kept.']);
    expect(collections).toMatchObject([
      {
        physical: 'docs__5',
        replaced: ['docs__4'],
        leftBehind: [{ collection: 'docs__4', inserted: 2, changed: 1, deleted: 1 }],
      },
    ]);
    expect(collections[0]?.leftBehind?.[0]?.first.toSorted()).toEqual(['3', '4', '9001', '9002']);
    expect(await listCollections(to)).toEqual([
      { physical: 'docs__4', aliases: [] },
      { physical: 'docs__5', aliases: ['docs', 'prod'] },
    ]);
    expect(await pointsOf(to, 'docs__4')).toHaveLength(21);
    expect(await readTransferMark(to, 'docs__5')).toMatchObject({ state: 'live', replaced: 'docs__4' });
    // Noted by the scan that found these writes.
    expect((await readTransferMark(to, 'docs__4'))?.kept).toMatchObject(await stateOf(to, 'docs__4', {}));
  });

  const refusals: readonly (readonly [string, number, Partial<RestoreParams>, RegExp, RegExp])[] = [
    ['no confirmation', 20, {}, /would be replaced, and that was not confirmed$/, /--yes/],
    [
      'F17: more than half would be gone',
      900,
      {},
      /^docs would lose more than half of its points: it has 900 points, and would have 400$/,
      /--allow-shrink/,
    ],
    ['F17: opened, and then not confirmed', 900, { allowShrink: true }, /not confirmed/, /--yes/],
  ];
  test.each(refusals)('refused: %s', async (_title, points, change, message, hint) => {
    await createSmall('docs__4', points);
    await alias(to, 'docs', 'docs__4');
    await expect(restore(to, restoreTo(change))).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
    expect(await listCollections(to)).toEqual([{ physical: 'docs__4', aliases: ['docs'] }]);
  });

  test('F16: an empty backup never replaces points without --allow-empty', async () => {
    await createSmall('void', 0);
    const empty = join(temporaryFolder(), 'backup');
    await backUp(to, paramsFor(empty, { selection: { names: ['void'], patterns: [], all: false } }));
    await createSmall('docs__1', 3);
    await alias(to, 'docs', 'docs__1');
    const params = restoreTo({ folder: empty, as: 'docs', confirm: async () => true });
    await expect(restore(to, params)).rejects.toMatchObject({ kind: 'refused', hint: 'add --allow-empty' });
    expect(await restore(to, { ...params, allowEmpty: true })).toMatchObject({
      collections: [{ physical: 'docs__2' }],
    });
  });

  test('F15: a collection that has one of several names, no alias, is not touched', async () => {
    await createSmall('prod', 1);
    await expect(restore(to, restoreTo({ confirm: async () => true }))).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^prod is a collection of its own on .*, no alias: docs, prod cannot be switched in one step$/,
      ) as string,
      hint: 'restore beside it: add --as prod-restored',
    });
    expect(await pointsOf(to, 'prod')).toHaveLength(1);
  });

  test('F15: a name that leads to a collection called otherwise: its own name has to be typed', async () => {
    await createSmall('elsewhere', 20);
    await alias(to, 'docs', 'elsewhere');
    const params = restoreTo({ confirm: async () => true });
    await expect(restore(to, params)).rejects.toMatchObject({
      kind: 'refused',
      message: 'docs leads to elsewhere, which is called otherwise',
      hint: 'nothing was changed; if it is meant: add --confirm elsewhere --yes',
    });
    await expect(restore(to, { ...params, ask: async () => 'docs' })).rejects.toMatchObject({ kind: 'refused' });
    expect(await listCollections(to)).toEqual([{ physical: 'elsewhere', aliases: ['docs'] }]);
    expect(await restore(to, { ...params, confirmed: ['elsewhere'] })).toMatchObject({
      collections: [{ physical: 'docs__1', replaced: ['elsewhere'] }],
    });
  });

  test('F14: another run that writes there', async () => {
    const lock = await acquireWriterLock(to, { target: 'docs', runId: randomUUID(), owner: lockOwner('qdx embed') });
    await expect(restore(to, restoreTo())).rejects.toMatchObject({ kind: 'locked' });
    await lock.release();
    expect(await listCollections(to)).toEqual([]);
  });

  test('--dry-run changes nothing and needs no yes', async () => {
    await createSmall('docs__4', 20);
    await alias(to, 'docs', 'docs__4');
    const { collections } = await restore(to, restoreTo({ dryRun: true }));
    expect(collections).toMatchObject([{ physical: 'docs__5', replaced: ['docs__4'] }]);
    expect(await listCollections(to)).toEqual([{ physical: 'docs__4', aliases: ['docs'] }]);
  });
});

describe('refused before anything is touched', () => {
  test('F26: a backup that is not sound', async () => {
    const copy = join(temporaryFolder(), 'backup');
    await backUp(from, paramsFor(copy));
    const part = join(copy, '001-docs__1', 'part-000001.jsonl');
    writeFileSync(part, readFileSync(part, 'utf8').replace('1.0', '1.5'));
    await expect(restore(to, restoreTo({ folder: copy }))).rejects.toMatchObject({
      kind: 'verification',
      message: expect.stringMatching(/is not sound: 001-docs__1\/part-000001\.jsonl was changed/) as string,
    });
    expect(await listCollections(to)).toEqual([]);
  });

  test('F28: a server older than the backup’s', async () => {
    const copy = join(temporaryFolder(), 'backup');
    await backUp(from, paramsFor(copy));
    const manifest = await readManifest(copy);
    const newer = { ...manifest, source: { ...manifest.source, qdrantVersion: '1.17.0' } };
    writeFileSync(join(copy, 'manifest.json'), encodeManifest(newer));
    await expect(restore(to, restoreTo({ folder: copy }))).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^the backup is of Qdrant 1\.17\.0, and .* runs 1\.16\.3, an older one$/,
      ) as string,
    });
    expect(await listCollections(to)).toEqual([]);
  });
});

describe('the command', () => {
  test('exit codes: 8 without --yes where a name is in use, 0 with it, 0 typed again; the target is intact until then', async () => {
    await createSmall('docs__4', 20);
    await alias(to, 'docs', 'docs__4');
    const env = { QDX_URL: target.url };
    const refused = await runQdx(['restore', folder], { env });
    expect(refused.exitCode).toBe(8);
    expect(refused.stderr).toContain('add --yes, or --as <other name>');
    expect(await listCollections(to)).toEqual([{ physical: 'docs__4', aliases: ['docs'] }]);
    const done = await runQdx(['restore', folder, '--yes'], { env });
    expect(done).toMatchObject({ exitCode: 0 });
    expect(done.stdout).toMatch(
      /^docs, prod -> docs__5: 400 points, each read back and compared; docs__4 is kept\nrestored from /,
    );
    const again = await runQdx(['restore', folder], { env });
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stdout).toMatch(
      /^docs, prod -> docs__5: restored from this backup before, and its 400 points are just that; nothing to do\n/,
    );
    expect((await listCollections(to)).map(({ physical }) => physical)).toEqual(['docs__4', 'docs__5']);
    // As many points, one of them another: it is restored again.
    const body = { payload: { changed: true }, filter: { must: [{ has_id: [1] }] } };
    await to.request('POST', '/collections/docs/points/payload', { query: { wait: true }, body });
    expect((await restore(to, restoreTo({ confirm: async () => true }))).collections).toMatchObject([
      { physical: 'docs__6', replaced: ['docs__5'], isUnchanged: false },
    ]);
  });
});
