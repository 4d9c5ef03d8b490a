/**
 * Killed past the switch: late writes are carried over whatever command comes next, under strict mode too, and another request
 * never takes for its source what the name does not lead to any more.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import { copyPoints } from '../../../src/core/transfer/migrate/copy-points.ts';
import { planCopy } from '../../../src/core/transfer/migrate/plan-copy.ts';
import { migrate, type MigrateParams } from '../../../src/core/transfer/migrate.ts';
import { rollback } from '../../../src/core/transfer/rollback.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { listTransfers, readTransfer, writeTransfer } from '../../../src/core/transfer/journal/transfer-journal.ts';
import { readTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { connectTo } from '../../helpers/connection.ts';
import { untilStep } from '../../helpers/dying-connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { contentOf } from '../versions/support.ts';
import { createSmall, dropAll, migrateParams, pointAliases } from './support.ts';

let server: RunningQdrant;
let here: Connection;

beforeAll(async () => {
  server = await startQdrant();
  here = connectTo(server);
});

/** `docs` leads to docs__1 with points 0 to 39. */
beforeEach(async () => {
  await dropAll(here);
  await createSmall(here, 'docs__1', 40);
  await pointAliases(here, ['docs'], 'docs__1');
});

afterAll(() => server.kill());

const resharded = (shards: number, change: Partial<MigrateParams> = {}) =>
  migrateParams({ strategy: copyPoints({ params: { shard_number: shards } }), breakLock: true, ...change });

const write = (name: string, id: number, version: string) =>
  here.request('PUT', `/collections/${name}/points`, {
    query: { wait: true },
    body: { points: [{ id, vector: [id, 7], payload: { version } }] },
  });
const remove = (name: string, id: number) =>
  here.request('POST', `/collections/${name}/points/delete`, { query: { wait: true }, body: { points: [id] } });

/** docs leads to docs__2, and the run that led it there fell silent at `step`. */
async function killAt(step: string, params: MigrateParams): Promise<void> {
  const run = (silent: Connection, options: object) => migrate({ from: silent, to: silent }, params, options);
  expect(await untilStep(here, step, run)).toBe('died');
}

const leadsTo = async (name: string) =>
  (await listCollections(here)).find(({ aliases }) => aliases.includes(name))?.physical;

describe('another request', () => {
  test('the earlier one is ended first, with its late writes, and what the name leads to is the source', async () => {
    const first = resharded(2);
    await killAt('migrate.switched', first);
    await write('docs__1', 1, 'late');
    await write('docs', 2, 'since the switch');
    const next = resharded(3, { scratchFolder: first.scratchFolder });
    const said: string[] = [];
    const onEvent = (event: QdxEvent) => void ('message' in event && said.push(event.message));
    const plan = await planCopy({ from: here, to: here }, next, { onEvent });
    expect(plan).toMatchObject({ source: { collection: 'docs__2' }, replaced: [{ collection: 'docs__2' }] });
    expect(said).toEqual([
      expect.stringMatching(
        /^an earlier run is unfinished: migrate from docs__1 on .* to docs__2 .*: its name leads to it, and late writes/u,
      ),
    ]);
    const done = await migrate({ from: here, to: here }, next, { onEvent });
    expect(done).toMatchObject({ source: { collection: 'docs__2' }, target: { collection: 'docs__3' } });
    expect(said).toContain(
      'an earlier migrate was killed after it gave the name docs to docs__2: its late writes (1) are carried over, and it is ended now',
    );
    expect(await contentOf(here, 'docs')).toMatchObject({ 1: 'late', 2: 'since the switch', 3: 0 });
    expect(await readTransferMark(here, 'docs__1')).toMatchObject({ state: 'kept', kept: { by: 'docs__2' } });
    expect((await listTransfers(here)).map(({ physical, state }) => [physical, state])).toEqual([
      ['docs__2', 'done'],
      ['docs__3', 'done'],
    ]);
  });

  test('to another name, and back to the first layout: the source is where the name leads', async () => {
    const first = resharded(2);
    await killAt('migrate.switched', first);
    await write('docs', 2, 'since the switch');
    const { scratchFolder } = first;
    const copied = await migrate(
      { from: here, to: here },
      migrateParams({ target: 'copy', scratchFolder, breakLock: true }),
    );
    expect(copied).toMatchObject({ source: { collection: 'docs__2' } });
    expect(await contentOf(here, 'copy')).toMatchObject({ 2: 'since the switch' });
    expect(await migrate({ from: here, to: here }, resharded(1))).toMatchObject({ source: { collection: 'docs__2' } });
  });

  test('after a re-embedding that only its own request can finish: refused, or left with --restart', async () => {
    const first = resharded(2);
    await killAt('migrate.switched', first);
    const record = (await readTransfer(here, 'docs__2'))!;
    await writeTransfer(here, record, { request: { way: 're-embed' } });
    const next = resharded(3, { scratchFolder: first.scratchFolder });
    await expect(migrate({ from: here, to: here }, next)).rejects.toMatchObject({
      kind: 'usage',
      message:
        'docs leads to docs__2, which an unfinished migration of another request re-embedded and switched in: ' +
        'what still reached docs__1 is not carried over yet, and only that request can embed it',
      hint: 'repeat that command to finish it, or add --restart to leave those writes where they are',
    });
    expect(await leadsTo('docs')).toBe('docs__2');
    expect(await migrate({ from: here, to: here }, { ...next, restart: true })).toMatchObject({
      source: { collection: 'docs__2' },
    });
  });
});

test('rolled back instead: the name leads to what it led to, and nothing is said to be unfinished', async () => {
  const first = resharded(2);
  await killAt('migrate.switched', first);
  const back = { name: 'docs', dryRun: false, confirm: async () => true, owner: lockOwner('test'), breakLock: true };
  expect(await rollback(here, back)).toMatchObject({ from: 'docs__2', to: 'docs__1', isProven: false });
  expect(await readTransferMark(here, 'docs__2')).toMatchObject({ state: 'kept', kept: { by: 'docs__1' } });
  expect((await readTransfer(here, 'docs__2'))?.state).toBe('done');
  expect(await rollback(here, back)).toMatchObject({ from: 'docs__1', to: 'docs__2', isProven: true });
});

describe('late writes', () => {
  test('F1: killed in the middle of carrying them over: all arrive, and none is taken for somebody else’s', async () => {
    const params = resharded(2);
    await killAt('migrate.switched', params);
    for (const id of [1, 2, 3, 100]) await write('docs__1', id, 'late');
    await remove('docs__1', 4);
    // 1, 2, 3 and 100 are in docs__2 then; written once more, or taken away again, before the next run.
    await killAt('late.point-carried#4', params);
    await write('docs__1', 1, 'later');
    await remove('docs__1', 100);
    await write('docs', 2, 'newer in the new one');
    const done = await migrate({ from: here, to: here }, params);
    expect(done.late).toMatchObject({ isQuiet: true });
    const content = await contentOf(here, 'docs');
    expect(content).toMatchObject({ 1: 'later', 2: 'newer in the new one', 3: 'late' });
    expect(content).not.toHaveProperty('4');
    expect(content).not.toHaveProperty('100');
  });

  test.each([
    ['filters on keys without index', { unindexed_filtering_update: false, unindexed_filtering_retrieve: false }],
    ['one condition a filter', { filter_max_conditions: 1 }],
    ['few points a request', { max_query_limit: 5, upsert_max_batchsize: 5 }],
    ['no exact count', { search_allow_exact: false }],
  ])('strict mode that forbids or limits %s: carried over on conditions all the same', async (_title, strict) => {
    const config = { enabled: true, ...strict };
    await here.request('PATCH', '/collections/docs__1', { body: { strict_mode_config: config } });
    const params = resharded(2);
    await killAt('migrate.switched', params);
    for (const id of [1, 2, 100, 101, 102, 103]) await write('docs__1', id, 'late');
    await remove('docs__1', 4);
    await remove('docs__1', 5);
    await write('docs', 2, 'newer in the new one');
    await write('docs', 5, 'newer in the new one');
    expect((await migrate({ from: here, to: here }, params)).late).toMatchObject({
      carried: { inserted: 4, changed: 1, deleted: 1 },
      newer: 2,
    });
    const info = await readCollectionInfo(here, 'docs__2');
    expect(info.config).toMatchObject({ strict_mode_config: config });
    expect(info.config.metadata).not.toHaveProperty('qdx_fence');
    await here.request('PATCH', '/collections/docs__2', { body: { strict_mode_config: { enabled: false } } });
    const content = await contentOf(here, 'docs');
    expect(content).toMatchObject({ 1: 'late', 2: 'newer in the new one', 5: 'newer in the new one', 103: 'late' });
    expect(content).not.toHaveProperty('4');
  });
});
