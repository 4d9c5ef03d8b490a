/**
 * Migrations onto the name of a collection that is no alias, as another program made it: its copy is kept and proven, it is
 * deleted, and the alias is made in a gap that is measured. Killed anywhere, the same command goes on.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunOptions } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { countPoints } from '../../../src/core/qdrant/collection/points.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { copyPoints } from '../../../src/core/transfer/migrate/copy-points.ts';
import { migrate, type MigrateParams } from '../../../src/core/transfer/migrate.ts';
import { restore } from '../../../src/core/transfer/restore.ts';
import { rollback } from '../../../src/core/transfer/rollback.ts';
import { listTransfers } from '../../../src/core/transfer/journal/transfer-journal.ts';
import { readTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { connectTo } from '../../helpers/connection.ts';
import { untilStep } from '../../helpers/dying-connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { type QdxRun, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { makeForeign, paragraphs } from '../reembed/foreign-collection.ts';
import { paramsFor } from '../transfer/backup-support.ts';
import { createSmall, dropAll, linesOn, migrateParams, pointAliases } from './support.ts';

const points = 120;
let server: RunningQdrant;
let here: Connection;
let expected: string[];

beforeAll(async () => {
  server = await startQdrant();
  here = connectTo(server);
});

/** `docs` is plain. */
beforeEach(async () => {
  await dropAll(here);
  await createSmall(here, 'docs', points);
  expected ??= await linesOn(here, 'docs');
});

afterAll(async () => server.kill());

const qdx = (home: string, ...args: string[]): Promise<QdxRun> => runQdx(args, { home, env: { QDX_URL: server.url } });

/** Onto its own name, with another layout. */
const inPlace = (change: Partial<MigrateParams> = {}): MigrateParams =>
  migrateParams({ strategy: copyPoints({ params: { shard_number: 2 } }), allowGap: true, breakLock: true, ...change });

const write = (name: string, id: number) =>
  here.request('PUT', `/collections/${name}/points`, {
    query: { wait: true },
    body: { points: [{ id, vector: [id, 1], payload: { version: 7 } }] },
  });

/** The new one is live, the copy is kept, and nothing else is there. */
async function expectSwitched(): Promise<void> {
  const versions = (await listCollections(here)).filter(({ physical }) => physical.startsWith('docs'));
  expect(versions).toEqual([
    { physical: 'docs__1', aliases: ['docs'] },
    { physical: 'docs__2', aliases: [] },
  ]);
  expect(await readTransferMark(here, 'docs__1')).toMatchObject({ state: 'live', replaced: 'docs__2' });
  expect(await readTransferMark(here, 'docs__2')).toMatchObject({ state: 'kept', kept: { by: 'docs__1' } });
  expect((await listTransfers(here, 'docs')).at(-1)).toMatchObject({ state: 'done' });
}

const stepBack = () =>
  rollback(here, {
    name: 'docs',
    dryRun: false,
    confirm: async () => true,
    owner: lockOwner('test'),
    breakLock: false,
  });

describe('consent', () => {
  const typed = ['migrate', 'docs', 'docs', '--shard-number', '2'];

  test('the plan names the gap; without --allow-gap and --yes nothing is changed', async () => {
    const home = temporaryHome();
    const planned = await qdx(home, ...typed, '--plan');
    expect(planned).toMatchObject({ exitCode: 0 });
    expect(planned.stdout).toContain('leads nowhere for a moment (--allow-gap)');
    const refused = await qdx(home, ...typed, '--yes');
    expect(refused).toMatchObject({ exitCode: 8 });
    expect(refused.stderr).toContain('docs is a collection of its own, no alias');
    expect(refused.stderr).toContain('add --allow-gap --yes');
    const unconfirmed = await qdx(home, ...typed, '--allow-gap');
    expect(unconfirmed).toMatchObject({ exitCode: 8 });
    expect(unconfirmed.stderr).toContain('docs (now no alias, 120 points; then 120) would be replaced');
    expect(await listCollections(here)).toEqual([{ physical: 'docs', aliases: [] }]);
  });
});

test('a copy: every point, the gap measured, its copy kept and proven by rollback', async () => {
  await pointAliases(here, ['prod'], 'docs');
  const summary = await migrate({ from: here, to: here }, inPlace());
  expect(summary).toMatchObject({
    source: { collection: 'docs' },
    target: { collection: 'docs__1', aliases: ['docs'] },
    replaced: ['docs__2'],
    gap: { isFenced: true },
    late: { isQuiet: true, carried: { inserted: 0, changed: 0, deleted: 0 } },
    notAsPlanned: [],
  });
  expect(summary.gap?.durationMs).toBeGreaterThan(0);
  expect(await listCollections(here)).toEqual([
    { physical: 'docs__1', aliases: ['docs'] },
    // What else led to it.
    { physical: 'docs__2', aliases: ['prod'] },
  ]);
  expect(await linesOn(here, 'docs__1')).toEqual(expected);
  expect(await stepBack()).toMatchObject({ from: 'docs__1', to: 'docs__2', isProven: true, pointsTo: points });
  expect(await linesOn(here, 'docs')).toEqual(expected);
});

describe('F1: killed at a step, and taken up by the same command', () => {
  test.each([
    ['plain.fenced', 'docs', true],
    ['plain.announced', 'docs', true],
    ['plain.deleted', null, true],
    ['plain.named', 'docs__1', false],
    ['migrate.late-carried', 'docs__1', true],
  ])('%s, when docs leads to %s, read back: %s', async (step, leading, readBack) => {
    const given = inPlace({ readBack });
    // Written after the last scan of the source, before its writers are held off.
    const isLate = { done: false };
    const cut = (silent: Connection, { onEvent }: RunOptions) =>
      migrate({ from: silent, to: silent }, given, { onEvent: onEvent ?? (() => {}) });
    const writing: Connection = {
      ...here,
      request: async (method, path, options) => {
        if (!isLate.done && method === 'PUT' && path === '/collections/docs__2') {
          isLate.done = true;
          await write('docs', 3);
        }
        return (await here.request(method, path, options)) as never;
      },
    };
    expect(await untilStep(writing, step, cut)).toBe('died');
    expect(isLate.done).toBe(true);
    const listed = await listCollections(here);
    const now = listed.find(({ physical, aliases }) => physical === 'docs' || aliases.includes('docs'));
    expect(now?.physical ?? null).toBe(leading);
    const again = await migrate({ from: here, to: here }, given);
    expect(again).toMatchObject({ isSwitched: true, source: { collection: 'docs' }, replaced: ['docs__2'] });
    await expectSwitched();
    const changed = await linesOn(here, 'docs');
    expect(changed.filter((line) => !expected.includes(line))).toHaveLength(1);
    expect(await linesOn(here, 'docs__2')).toEqual(changed);
    expect(await stepBack()).toMatchObject({ to: 'docs__2', isProven: true, changed: 0 });
  });

  test('a selection of several finds the name that leads nowhere', async () => {
    const home = temporaryHome();
    const typed = ['migrate', 'doc*', '--shard-number', '2', '--allow-gap', '--yes'];
    const env = { QDX_URL: server.url, QDX_HOLD_AT_STEP: 'plain.deleted' };
    const held = { home, env, killSignal: 'SIGKILL', killWhen: /held at/ } as const;
    expect(await runQdx(typed, held)).toMatchObject({ exitCode: 137 });
    const again = await qdx(home, ...typed, '--json');
    expect(again).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(again.stdout)).toMatchObject({ collections: [{ name: 'docs', status: 'done' }] });
    await expectSwitched();
    expect(await linesOn(here, 'docs')).toEqual(expected);
  });
});

test('of another collection: what the name held is kept, and the source stays', async () => {
  await createSmall(here, 'source', 90);
  const summary = await migrate({ from: here, to: here }, migrateParams({ source: 'source', allowGap: true }));
  expect(summary).toMatchObject({ points: 90, replaced: ['docs__2'], gap: { isFenced: true } });
  await expectSwitched();
  expect(await linesOn(here, 'docs__2')).toEqual(expected);
  expect(await countPoints(here, 'source')).toBe(90);
});

test('over an alias: what it led to is noted, so that rollback proves it', async () => {
  await createSmall(here, 'live__1', 40);
  await pointAliases(here, ['live'], 'live__1');
  const params = migrateParams({ source: 'live', target: null, strategy: copyPoints({ params: { shard_number: 2 } }) });
  expect(await migrate({ from: here, to: here }, params)).toMatchObject({ replaced: ['live__1'], gap: null });
  expect(await readTransferMark(here, 'live__1')).toMatchObject({
    state: 'kept',
    name: 'live',
    kept: { points: 40, by: 'live__2' },
  });
  const typed = ['rollback', 'live', '--yes', '--json'];
  const { stdout } = await qdx(temporaryHome(), ...typed);
  expect(JSON.parse(stdout)).toMatchObject({ from: 'live__2', to: 'live__1', isProven: true });
});

test('restore over a plain name, killed in the gap: the next run ends it, and rollback proves the copy', async () => {
  const folder = join(temporaryFolder(), 'backup');
  await backUp(here, paramsFor(folder));
  await write('docs', 3);
  const given = {
    folder,
    select: [],
    dryRun: false,
    allowEmpty: false,
    allowShrink: false,
    allowGap: true,
    waitForIndex: false,
    scratchFolder: temporaryFolder(),
    breakLock: true,
    batchSize: 64,
    parallel: 2,
    confirm: async () => true,
    confirmed: [],
    ask: async () => null,
    owner: lockOwner('test'),
  };
  await expect(restore(here, { ...given, allowGap: false })).rejects.toMatchObject({
    kind: 'refused',
    hint: 'add --allow-gap --yes, or give the new one another name',
  });
  expect(await untilStep(here, 'plain.deleted', (silent, run) => restore(silent, given, run))).toBe('died');
  // What the killed run read first, under the name that the collection gave, is compared with its copy.
  expect((await restore(here, given)).collections).toMatchObject([{ leftBehind: [] }]);
  await expectSwitched();
  expect(await linesOn(here, 'docs')).toEqual(expected);
  expect(await stepBack()).toMatchObject({ to: 'docs__2', isProven: true, changed: 1 });
});

test('another model, killed in the gap: the same command ends it under the same name, and rollback proves the old vectors', async () => {
  const home = temporaryHome();
  await makeForeign(here, { physical: 'docling', points: paragraphs(12) });
  const before = await linesOn(here, 'docling');
  const model = ['--model', 'all-MiniLM-L6-v2', '--text-field', 'page_content', '--sample', '5'];
  const typed = ['migrate', 'docling', 'docling', ...model, '--allow-gap', '--yes'];
  const planned = await qdx(home, ...typed, '--plan', '--json');
  expect(JSON.parse(planned.stdout)).toMatchObject({
    replaced: [{ name: 'docling', collection: 'docling', points: 12, leavesGap: true }],
  });
  const env = { QDX_URL: server.url, QDX_HOLD_AT_STEP: 'plain.deleted' };
  const held = { home, env, killSignal: 'SIGKILL', killWhen: /held at/ } as const;
  expect(await runQdx(typed, held)).toMatchObject({ exitCode: 137 });
  expect((await listCollections(here)).flatMap(({ aliases }) => aliases)).toEqual([]);
  const again = await qdx(home, ...typed, '--json');
  expect(again).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(again.stdout)).toMatchObject({
    isSwitched: true,
    points: 12,
    replaced: ['docling__2'],
    target: { collection: 'docling__1', aliases: ['docling'] },
  });
  expect(await linesOn(here, 'docling__2')).toEqual(before);
  const back = await qdx(home, 'rollback', 'docling', '--yes', '--json');
  expect(JSON.parse(back.stdout)).toMatchObject({ to: 'docling__2', isProven: true });
  expect(await linesOn(here, 'docling')).toEqual(before);
});
