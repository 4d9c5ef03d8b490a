/**
 * What is deleted for good, and what never is.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { acquireWriterLock, lockOwner } from '../../../src/core/qdrant/lock.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { collectGarbage, type GarbageParams } from '../../../src/core/transfer/collect-garbage.ts';
import { deleteCollection, type DeleteParams } from '../../../src/core/transfer/delete-collection.ts';
import { ensureCollection } from '../../../src/core/qdrant/collection/create-collection.ts';
import { openScansFolder } from '../../../src/core/transfer/delta/saved-scans.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { testCard, testSettings } from '../../helpers/collection-card.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { alias, createSmall, mark, removeAll } from './support.ts';

let server: RunningQdrant;
let to: Connection;

beforeAll(async () => {
  server = await startQdrant();
  to = connectTo(server);
});
afterAll(() => server.kill());

const at = (hour: number) => `2026-11-22T${hour}:00:00.000Z`;
const kept = (by: string) => ({ points: 2, pointsHash: '0'.repeat(64), by });

/**
 * docs -> docs__4, before it docs__3 (newest), docs__2 and docs__1; docs__5 left by a crash; foreign__1 of somebody else;
 * lost__1, whose name leads nowhere.
 */
beforeEach(async () => {
  await removeAll(to);
  for (const name of ['docs__1', 'docs__2', 'docs__3', 'docs__4', 'docs__5', 'foreign__1', 'lost__1'])
    await createSmall(to, name, 2);
  await alias(to, 'docs', 'docs__4');
  await mark(to, 'docs__1', { state: 'kept', at: at(11), kept: kept('docs__2') });
  await mark(to, 'docs__2', { state: 'kept', at: at(12), kept: kept('docs__3') });
  await mark(to, 'docs__3', { state: 'kept', at: at(13), kept: kept('docs__4') });
  await mark(to, 'docs__4', { state: 'live', at: at(13), replaced: 'docs__3' });
  await mark(to, 'docs__5', { state: 'staging', at: at(14), command: 'upload' });
  await mark(to, 'lost__1', { state: 'staging', at: at(14), name: 'lost' });
});

const garbage = (change: Partial<GarbageParams> = {}): GarbageParams => ({
  only: [],
  keep: 1,
  confirmed: [],
  isYes: false,
  ask: async () => null,
  scratchFolder: temporaryFolder(),
  owner: lockOwner('qdx gc'),
  ...change,
});
const namesLeft = async () => (await listCollections(to)).map(({ physical }) => physical);
const all = ['docs__1', 'docs__2', 'docs__3', 'docs__4', 'docs__5', 'foreign__1', 'lost__1'];

describe('gc', () => {
  test('what a killed run leaves of a plain collection is kept, wherever its name leads now', async () => {
    await mark(to, 'docs__5', { state: 'staging', command: 'upload', takesName: { copy: 'docs__1', aliases: [] } });
    await mark(to, 'docs__1', { state: 'staging', command: 'upload' });
    const { candidates } = await collectGarbage(to, garbage({ only: ['docs'], keep: 0 }));
    expect(candidates.map(({ keptBy }) => keptBy)).toEqual(
      candidates.map(() => expect.stringContaining('a run was killed while it gave the name docs to docs__5')),
    );
    await expect(collectGarbage(to, garbage({ confirmed: ['docs'], isYes: true }))).rejects.toMatchObject({
      kind: 'refused',
    });
    expect((await namesLeft()).toSorted()).toEqual(all);
  });

  test('a name that such a run left without an alias is not free for a new collection', async () => {
    await mark(to, 'lost__1', { state: 'staging', name: 'lost', takesName: { copy: 'lost__2', aliases: [] } });
    const input = { name: 'lost', card: testCard(), settings: testSettings({}), alias: true };
    await expect(ensureCollection(to, input)).rejects.toMatchObject({
      kind: 'refused',
      message: 'lost leads nowhere: a run was killed while it gave that name to lost__1',
    });
    expect((await namesLeft()).toSorted()).toEqual(all);
  });

  test('scans that no run needs any more are removed from this machine, and no others', async () => {
    const scratchFolder = temporaryFolder();
    const owner = { url: to.url, name: 'docs', origin: 'test' };
    const lock = await acquireWriterLock(to, { target: 'busy', runId: 'other', owner: lockOwner('qdx migrate') });
    for (const each of [
      { ...owner, physical: 'docs__4' },
      { ...owner, physical: 'docs__9' },
      { ...owner, physical: 'docs__5' },
      { ...owner, physical: 'busy__1', name: 'busy' },
      { ...owner, physical: 'docs__4', url: 'http://other:6333', origin: 'there' },
    ])
      await openScansFolder(scratchFolder, each);
    const { scans } = await collectGarbage(to, garbage({ scratchFolder }));
    expect(scans).toMatchObject({ folders: 2 });
    expect(readdirSync(join(scratchFolder, 'transfers')).toSorted()).toEqual([
      'busy__1-test',
      'docs__4-there',
      'docs__5-test',
    ]);
    await lock.release();
  });

  test('shows what there is and what keeps it, and deletes nothing', async () => {
    const { candidates } = await collectGarbage(to, garbage());
    expect(candidates.map(({ physical, why, keptBy, points }) => [physical, why, keptBy, points])).toEqual([
      ['docs__1', 'replaced', null, 2],
      ['docs__2', 'replaced', null, 2],
      ['docs__3', 'replaced', 'qdx rollback docs goes back to it (--keep 1)', 2],
      ['docs__5', 'staging', null, 2],
      ['lost__1', 'staging', 'lost leads nowhere: this may be all that is left of it', 2],
    ]);
    // Known: what is left of a name that leads nowhere, a collection without anything left, and a version that is gone.
    const only = ['lost', 'foreign__1', 'docs__9'];
    expect((await collectGarbage(to, garbage({ only }))).candidates.map(({ name }) => name)).toEqual(['lost']);
    expect(await namesLeft()).toEqual(all);
  });

  test('--confirm deletes what can go of a name, or one collection; --yes alone does not; F15: a foreign one by its own name', async () => {
    await expect(collectGarbage(to, garbage({ isYes: true }))).rejects.toMatchObject({
      kind: 'refused',
      hint: '--yes does not delete for good: add --confirm docs',
    });
    expect(await collectGarbage(to, garbage({ confirmed: ['docs__2'] }))).toMatchObject({ deleted: 1 });
    expect(await namesLeft()).toEqual(all.filter((name) => name !== 'docs__2'));
    expect(await collectGarbage(to, garbage({ confirmed: ['docs'] }))).toMatchObject({ deleted: 2 });
    // The same once more, as a script types it every night; and of a name that is called otherwise, its own is typed.
    await mark(to, 'foreign__1', { state: 'kept', origin: '', at: at(10), kept: kept('docs__4') });
    for (const name of ['docs', 'docs__2'])
      expect(await collectGarbage(to, garbage({ confirmed: [name] }))).toMatchObject({ deleted: 0 });
    expect(await collectGarbage(to, garbage({ confirmed: ['foreign__1'] }))).toMatchObject({ deleted: 1 });
    await expect(collectGarbage(to, garbage({ confirmed: ['dosc'] }))).rejects.toMatchObject({
      message: 'there is nothing of dosc to delete',
    });
    expect(await namesLeft()).toEqual(['docs__3', 'docs__4', 'lost__1']);
    expect(await collectGarbage(to, garbage({ confirmed: ['docs'], keep: 0 }))).toMatchObject({ deleted: 1 });
  });

  test.each([
    ['the live one', 'docs__4', 'there is nothing of docs__4 to delete'],
    ['what carries no mark', 'foreign__1', 'there is nothing of foreign__1 to delete'],
    ['the last version before', 'docs__3', 'docs__3 is not deleted: qdx rollback docs goes back to it (--keep 1)'],
  ])('never %s', async (_title, name, message) => {
    await expect(collectGarbage(to, garbage({ confirmed: [name] }))).rejects.toMatchObject({
      kind: 'refused',
      message,
    });
    expect(await namesLeft()).toEqual(all);
  });

  test('F14: nothing of a name that a running command works on', async () => {
    const owner = lockOwner('qdx migrate docs docs');
    const lock = await acquireWriterLock(to, { target: 'docs', runId: 'other', owner });
    const { candidates } = await collectGarbage(to, garbage());
    const docs = candidates.filter(({ name }) => name === 'docs');
    expect(docs.map(({ keptBy }) => keptBy)).toEqual(
      docs.map(() => `"qdx migrate docs docs" is writing to docs (process ${owner.pid} on ${owner.host})`),
    );
    await lock.release();
  });

  test('on a terminal the name is typed; the command shows a table', async () => {
    const asked: string[] = [];
    const ask = async (question: string) => (asked.push(question) > 1 ? 'docs' : 'yes');
    expect(await collectGarbage(to, garbage({ ask }))).toMatchObject({ deleted: 0 });
    expect(asked).toEqual([
      'Delete docs__1 (2 points), docs__2 (2 points), docs__5 (2 points) for good? Type docs to do so:',
    ]);
    const env = { QDX_URL: server.url };
    const shown = await runQdx(['gc'], { env });
    expect(shown).toMatchObject({ exitCode: 0 });
    expect(shown.stdout).toMatch(
      /^NAME\s+COLLECTION\s+WHY\s+POINTS\s+SIZE\s+AGE\s+KEPT BY\ndocs\s+docs__1\s+replaced\s+2/u,
    );
    expect(shown.stdout).toContain('to delete what can go: qdx gc --confirm docs');
    const mistyped = await runQdx(['gc', 'docs', 'dosc', '--confirm', 'docs'], { env });
    expect(mistyped).toMatchObject({ exitCode: 6, stdout: '' });
    expect(mistyped.stderr).toMatch(
      /^error: collection "dosc" is not on .*; there are: docs, .*\n.*did you mean docs\?/u,
    );
    expect(await runQdx(['gc', '--confirm', 'docs'], { env })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('3 deleted') as string,
    });
  });
});

describe('collections delete', () => {
  const remove = (change: Partial<DeleteParams>) =>
    deleteCollection(to, {
      name: 'docs',
      confirmedName: null,
      ask: async () => null,
      owner: lockOwner('test'),
      breakLock: false,
      ...change,
    });

  test('the copy that a cut-off switch left, and what takes its name, are refused: late writes are there alone', async () => {
    await mark(to, 'docs__5', { state: 'staging', command: 'migrate', takesName: { copy: 'docs__1', aliases: [] } });
    for (const name of ['docs__1', 'docs__5'])
      await expect(remove({ name, confirmedName: name })).rejects.toMatchObject({
        kind: 'refused',
        message: `${name} is not deleted: a run was killed while it gave the name docs to docs__5, and needs it to finish`,
        hint: 'run that command again, or lead the name there: qdx alias set docs docs__5',
      });
    expect(await namesLeft()).toEqual(all);
  });

  test('a name that is led there while its own is typed keeps it', async () => {
    await createSmall(to, 'plain', 1);
    const ask = async () => {
      await alias(to, 'late', 'plain');
      return 'plain';
    };
    await expect(remove({ name: 'plain', ask })).rejects.toMatchObject({
      kind: 'refused',
      message: 'plain is in use: late leads to it',
    });
    expect(await listCollections(to)).toContainEqual({ physical: 'plain', aliases: ['late'] });
  });

  test.each([
    [
      'F15: an alias without the collection typed',
      { name: 'docs', confirmedName: 'docs' },
      'docs (docs__4) with 2 points is not deleted: its name was not typed',
    ],
    [
      'a collection that an alias serves',
      { name: 'docs__4', confirmedName: 'docs__4' },
      'docs__4 is in use: docs leads to it',
    ],
  ])('%s is refused', async (_title, change, message) => {
    await expect(remove(change)).rejects.toMatchObject({ kind: 'refused', message });
    expect(await namesLeft()).toEqual(all);
  });

  test('by its own name, typed; an alias of it goes too; further ones stand before it', async () => {
    await alias(to, 'prod', 'docs__4');
    await expect(remove({ confirmedName: 'docs__4' })).rejects.toMatchObject({
      message: 'docs__4 is in use: prod leads to it',
    });
    expect(await remove({ name: 'docs__1', ask: async () => 'docs__1' })).toMatchObject({ points: 2, aliases: [] });
    const env = { QDX_URL: server.url };
    expect(await runQdx(['collections', 'delete', 'docs__2', '--yes'], { env })).toMatchObject({ exitCode: 8 });
    const { stdout } = await runQdx(['collections', 'delete', 'docs__2', '--confirm', 'docs__2'], { env });
    expect(stdout).toBe('docs__2 with 2 points is deleted\n');
    await expect(remove({ name: 'nothing' })).rejects.toMatchObject({ kind: 'notFound' });
  });
});
