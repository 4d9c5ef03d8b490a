/**
 * Versions of a name on a real server: rolled back, renamed, led elsewhere; nothing of them is lost.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import { acquireWriterLock, lockOwner } from '../../../src/core/qdrant/lock.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { removeAlias, setAlias } from '../../../src/core/transfer/aliases.ts';
import { renameCollection, type RenameParams } from '../../../src/core/transfer/rename-collection.ts';
import { rollback, type RollbackParams } from '../../../src/core/transfer/rollback.ts';
import { stateOf } from '../../../src/core/transfer/switch/take-name.ts';
import { readTransferMark, writeTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { alias, contentOf, createSmall, mark, markOf, removeAll, upsert } from './support.ts';

let server: RunningQdrant;
let to: Connection;

beforeAll(async () => {
  server = await startQdrant();
  to = connectTo(server);
});
beforeEach(() => removeAll(to));
afterAll(() => server.kill());

const yes = async () => true;
const no = async () => false;
const common = { confirm: yes, owner: lockOwner('test'), breakLock: false };
const back = (change: Partial<RollbackParams> = {}): RollbackParams => ({
  name: 'docs',
  dryRun: false,
  ...common,
  ...change,
});
const renamed = (change: Partial<RenameParams> = {}): RenameParams => ({
  from: 'docs',
  to: 'guide',
  allowGap: false,
  allowConcurrentWrites: false,
  batchSize: 8,
  parallel: 2,
  ...common,
  ...change,
});

/** docs -> docs__2 (12 points, of which 0-9 are in docs__1 too), which replaced docs__1. */
async function twoVersions(): Promise<void> {
  await createSmall(to, 'docs__1', 10, 'old');
  await createSmall(to, 'docs__2', 12, 'new');
  await alias(to, 'docs', 'docs__2');
  const { points, pointsHash } = await stateOf(to, 'docs__1', {});
  await mark(to, 'docs__1', { state: 'kept', kept: { points, pointsHash, by: 'docs__2' } });
  await mark(to, 'docs__2', { state: 'live', replaced: 'docs__1' });
}

describe('rollback', () => {
  test('leads back, says what is lost, keeps the newer one; and a rollback can be rolled back', async () => {
    await twoVersions();
    const asked: string[] = [];
    const confirm = async (question: string) => asked.push(question) > 0;
    expect(await rollback(to, back({ confirm }))).toMatchObject({
      from: 'docs__2',
      to: 'docs__1',
      isProven: true,
      onlyInNewer: { count: 2, first: ['10', '11'] },
      changed: 10,
    });
    expect(asked).toEqual([
      'Lead docs from docs__2 (12 points) back to docs__1 (10)? 2 points are only in docs__2, 10 are otherwise there. docs__2 is kept.',
    ]);
    expect(await contentOf(to, 'docs')).toMatchObject({ 9: 'old' });
    expect(await readTransferMark(to, 'docs__1')).toMatchObject({ state: 'live', replaced: 'docs__2' });
    expect(await readTransferMark(to, 'docs__1')).not.toHaveProperty('kept');
    expect(await readTransferMark(to, 'docs__2')).toMatchObject({ state: 'kept', kept: { points: 12, by: 'docs__1' } });
    expect(await rollback(to, back())).toMatchObject({ from: 'docs__1', to: 'docs__2', isProven: true });
    expect(await contentOf(to, 'docs')).toMatchObject({ 11: 'new' });
  });

  test.each([
    [
      'a point less',
      (of: Connection) =>
        of.request('POST', '/collections/docs__1/points/delete', { query: { wait: true }, body: { points: [3] } }),
      'docs__1 is not what it was when it was replaced: it had 10 points and has 9',
    ],
    [
      'a point changed',
      (of: Connection) => upsert(of, 'docs__1', [3], 'tampered'),
      'docs__1 is not what it was when it was replaced: its 10 points are not those that it had',
    ],
  ])('a kept version with %s is not switched in', async (_title, tamper, message) => {
    await twoVersions();
    await tamper(to);
    await expect(rollback(to, back())).rejects.toMatchObject({ kind: 'verification', message });
    expect(await contentOf(to, 'docs')).toMatchObject({ 11: 'new' });
  });

  test('--dry-run changes nothing; no is no; nothing kept is said; --to takes a name or a number', async () => {
    await twoVersions();
    expect(await rollback(to, back({ dryRun: true, confirm: no }))).toMatchObject({ to: 'docs__1', dryRun: true });
    await expect(rollback(to, back({ confirm: no }))).rejects.toMatchObject({ kind: 'refused' });
    await expect(rollback(to, back({ to: '7' }))).rejects.toMatchObject({
      kind: 'notFound',
      message: 'docs__7 is no version of docs that can be gone back to',
      hint: 'there are: docs__1; name one with --to',
    });
    await createSmall(to, 'docs__3', 1);
    expect(await rollback(to, back({ to: '3' }))).toMatchObject({ to: 'docs__3', isProven: false });
    await removeAll(to);
    await createSmall(to, 'docs__1', 3);
    await alias(to, 'docs', 'docs__1');
    await expect(rollback(to, back())).rejects.toMatchObject({
      kind: 'notFound',
      message: 'docs leads to docs__1, and no version before it is kept',
    });
  });

  test('F45: a mark of a newer qdx is refused', async () => {
    await twoVersions();
    await writeTransferMark(to, 'docs__2', { ...markOf(), version: 2 as 1 });
    await expect(rollback(to, back())).rejects.toMatchObject({
      kind: 'refused',
      message: 'collection docs__2 has a transfer mark of version 2; this qdx knows 1',
    });
  });

  test('F14: not while another run writes', async () => {
    await twoVersions();
    const lock = await acquireWriterLock(to, { target: 'docs', runId: 'other', owner: lockOwner('qdx embed -c docs') });
    await expect(rollback(to, back())).rejects.toMatchObject({ kind: 'locked' });
    await lock.release();
  });
});

describe('alias', () => {
  test('set, moved after yes, removed; the collections stay', async () => {
    await createSmall(to, 'a', 2);
    await createSmall(to, 'b', 3);
    expect(await setAlias(to, { ...common, alias: 'x', collection: 'a', confirm: no })).toMatchObject({ before: null });
    await expect(setAlias(to, { ...common, alias: 'x', collection: 'b', confirm: no })).rejects.toMatchObject({
      message: 'x would lead to b instead of a, and that was not confirmed',
    });
    expect(await setAlias(to, { ...common, alias: 'x', collection: 'b' })).toEqual({
      alias: 'x',
      before: 'a',
      after: 'b',
    });
    await expect(setAlias(to, { ...common, alias: 'a', collection: 'b' })).rejects.toMatchObject({ kind: 'refused' });
    const moved = async () => {
      await alias(to, 'x', 'a');
      return true;
    };
    await expect(removeAlias(to, { ...common, alias: 'x', confirm: moved })).rejects.toMatchObject({
      kind: 'refused',
      message: 'x was moved meanwhile: it led to b, now it leads to a',
    });
    expect(await removeAlias(to, { ...common, alias: 'x' })).toEqual({ alias: 'x', before: 'a', after: null });
    await expect(removeAlias(to, { ...common, alias: 'x' })).rejects.toMatchObject({ kind: 'notFound' });
    expect(await listCollections(to)).toEqual([
      { physical: 'a', aliases: [] },
      { physical: 'b', aliases: [] },
    ]);
  });
});

describe('rename', () => {
  test('an alias: one step, and the versions before go along', async () => {
    await twoVersions();
    await expect(renameCollection(to, renamed({ confirm: no }))).rejects.toMatchObject({ kind: 'refused' });
    const moved = async () => {
      await alias(to, 'guide', 'docs__1');
      return true;
    };
    await expect(renameCollection(to, renamed({ confirm: moved }))).rejects.toMatchObject({
      kind: 'refused',
      message: 'guide was moved meanwhile: it led to nothing, now it leads to docs__1',
    });
    await removeAlias(to, { ...common, alias: 'guide' });
    expect(await renameCollection(to, renamed())).toMatchObject({ physical: 'docs__2', gap: null });
    expect(await rollback(to, back({ name: 'guide' }))).toMatchObject({ from: 'docs__2', to: 'docs__1' });
    await expect(renameCollection(to, renamed({ from: 'guide', to: 'docs__2' }))).rejects.toMatchObject({
      message: 'there is a collection docs__2 already',
    });
  });

  test('a plain collection: needs its flag, is copied, proven, deleted; what was acknowledged is there', async () => {
    await createSmall(to, 'docs', 300, 'plain');
    await alias(to, 'prod', 'docs');
    await expect(renameCollection(to, renamed())).rejects.toMatchObject({
      kind: 'refused',
      hint: 'add --allow-gap',
      message:
        'docs is a collection of its own, no alias: it is copied and deleted, and for a moment its name leads nowhere',
    });
    const writer = startWriter('docs');
    const { physical, gap } = await renameCollection(to, renamed({ allowGap: true }));
    const acknowledged = await writer.stop();
    expect(physical).toBe('guide__1');
    expect(gap).toMatchObject({ isFenced: true });
    expect(await contentOf(to, 'guide')).toMatchObject(Object.fromEntries(acknowledged.map((id) => [id, 'written'])));
    expect(Object.keys(await contentOf(to, 'guide'))).toHaveLength(300 + acknowledged.length);
    expect(await listCollections(to)).toEqual([{ physical: 'guide__1', aliases: ['guide', 'prod'] }]);
    expect(await readTransferMark(to, 'guide__1')).toMatchObject({ state: 'live', name: 'guide' });
    expect((await readCollectionInfo(to, 'guide')).config.strict_mode_config ?? null).toBeNull();
  });

  /** Inserts points one by one until stopped; what was acknowledged is returned. */
  function startWriter(name: string) {
    // A server that deletes the collection meanwhile leaves a write now and then without an answer.
    const once = connectTo(server, { retries: 0, retryDeadlineMs: 1, timeoutMs: 5_000 });
    const acknowledged: number[] = [];
    const over = new AbortController();
    const writing = (async () => {
      for (let id = 1000; !over.signal.aborted; id++) {
        const isTaken = await upsert(once, name, [id], 'written').then(
          () => true,
          () => false,
        );
        if (isTaken) acknowledged.push(id);
      }
    })();
    return {
      stop: async () => {
        over.abort();
        await writing;
        return acknowledged;
      },
    };
  }
});

describe('the commands', () => {
  const run = (...args: string[]) => runQdx(args, { env: { QDX_URL: server.url } });

  test('say what they do, refuse with 8 where nobody can be asked', async () => {
    await twoVersions();
    expect(await run('alias')).toMatchObject({ stdout: 'ALIAS  COLLECTION  POINTS\ndocs   docs__2         12\n' });
    expect(await run('rollback', 'docs')).toMatchObject({ exitCode: 8, stdout: '' });
    const { stdout } = await run('rollback', 'docs', '--yes');
    expect(stdout).toContain('docs leads to docs__1 (10 points; equal in every byte to what was noted');
    expect(stdout).toContain('2 points are only in docs__2 (the first: 10), 0 only in docs__1, 10 differ');
    expect(await run('collections', 'rename', 'docs', 'guide', '--yes')).toMatchObject({
      exitCode: 0,
      stdout: 'docs is called guide now (docs__1)\n',
    });
    const set = await run('alias', 'set', 'prod', 'guide', '--json');
    expect(JSON.parse(set.stdout)).toEqual({ schemaVersion: 1, alias: 'prod', before: null, after: 'docs__1' });
    expect(await run('alias', 'remove', 'prod', '--yes')).toMatchObject({
      stdout: 'alias prod is removed; docs__1 stays\n',
    });
  });
});
