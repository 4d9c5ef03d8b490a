/**
 * Migrations between real servers: what arrives is what was there, and what must not be is refused before anything is touched.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import {
  describeCollection,
  descriptionDifferences,
} from '../../../src/core/transfer/collection/collection-description.ts';
import { shipSnapshot } from '../../../src/core/transfer/migrate/ship-snapshot.ts';
import { copyPoints } from '../../../src/core/transfer/migrate/copy-points.ts';
import { migrate } from '../../../src/core/transfer/migrate.ts';
import { listTransfers } from '../../../src/core/transfer/journal/transfer-journal.ts';
import { readTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { createNastyCollection } from '../transfer/nasty-collection.ts';
import { createSmall, dropAll, linesOn, migrateParams, pointAliases } from './support.ts';

let servers: RunningQdrant[];
let from: Connection;
let to: Connection;
/** Of docs__1 on the source: 400 points, aliases docs and prod. */
let expected: string[];

beforeAll(async () => {
  servers = await Promise.all([startQdrant(), startQdrant()]);
  [from, to] = servers.map((server) => connectTo(server)) as [Connection, Connection];
  await createNastyCollection(from, 'docs__1', 400);
  await pointAliases(from, ['docs', 'prod'], 'docs__1');
  expected = await linesOn(from, 'docs');
});

beforeEach(async () => dropAll(to));

afterAll(async () => Promise.all(servers.map(async (server) => server.kill())));

describe('server to server', () => {
  test('F20, F21, F29: every point byte for byte, all names, all settings; the journal says that it is done', async () => {
    const summary = await migrate({ from, to }, migrateParams());
    expect(summary).toMatchObject({ points: 400, isSwitched: true, isReadBack: true, notAsPlanned: [], replaced: [] });
    expect(await linesOn(to, 'docs')).toEqual(expected);
    const [[was], [is]] = [await listCollections(from), await listCollections(to)];
    expect(is).toEqual(was);
    const differences = descriptionDifferences(await describeCollection(from, was!), await describeCollection(to, is!));
    expect(differences).toEqual([]);
    expect(await readTransferMark(to, 'docs__1')).toMatchObject({ state: 'live', command: 'migrate', replaced: null });
    expect(await listTransfers(to, 'docs')).toMatchObject([{ state: 'done', physical: 'docs__1', points: 400 }]);
  });

  test('another name, another layout; what the name led to before is kept', async () => {
    await createSmall(to, 'copy__3', 10);
    await pointAliases(to, ['copy'], 'copy__3');
    const layout = {
      params: { shard_number: 3 },
      hnsw_config: { m: 8 },
      quantization_config: null,
      vectorsOnDisk: true,
    };
    const summary = await migrate({ from, to }, migrateParams({ target: 'copy', strategy: copyPoints(layout) }));
    expect(summary).toMatchObject({ replaced: ['copy__3'], target: { collection: 'copy__4', aliases: ['copy'] } });
    expect(summary.notAsPlanned).toEqual([]);
    expect(await linesOn(to, 'copy')).toEqual(expected);
    const { config } = await describeCollection(to, { physical: 'copy__4', aliases: [] });
    expect(config).toMatchObject({
      params: { shard_number: 3, vectors: { dense: { on_disk: true }, dot: { on_disk: true } } },
      hnsw_config: { m: 8 },
    });
    expect(JSON.stringify(config)).not.toContain('int8');
  });

  test('by snapshots, with writes before the source is read beside them: what differs is brought in', async () => {
    await createSmall(from, 'busy', 40);
    const ship = shipSnapshot(to, {});
    const strategy: typeof ship = {
      ...ship,
      fillWhole: async ({ readSource, ...fill }, run) =>
        ship.fillWhole!({ ...fill, readSource: async (watched) => (await write(), readSource(watched)) }, run),
    };
    const write = async () => {
      const points = [
        { id: 5, vector: [9, 9], payload: { isLate: true } },
        { id: 1000, vector: [1, 1] },
      ];
      await from.request('PUT', '/collections/busy/points', { query: { wait: true }, body: { points } });
      await from.request('POST', '/collections/busy/points/delete', { query: { wait: true }, body: { points: [7] } });
    };
    const summary = await migrate({ from, to }, migrateParams({ source: 'busy', target: 'moved', strategy }));
    expect(summary).toMatchObject({ way: 'snapshot', points: 40, pointsKept: 38, isReadBack: true });
    expect(await linesOn(to, 'moved')).toEqual(await linesOn(from, 'busy'));
    await from.request('DELETE', '/collections/busy');
  });

  test('--no-switch: proven and journalled, and no name leads to it; the next run switches it in', async () => {
    const summary = await migrate({ from, to }, migrateParams({ switchNames: false }));
    expect(summary).toMatchObject({ isSwitched: false, isReadBack: true, late: null, target: { aliases: [] } });
    expect(await listCollections(to)).toEqual([{ physical: 'docs__1', aliases: [] }]);
    expect(await listTransfers(to, 'docs')).toMatchObject([{ state: 'proven' }]);
    expect(await migrate({ from, to }, migrateParams())).toMatchObject({ pointsKept: 400, isSwitched: true });
    expect(await listCollections(to)).toEqual([{ physical: 'docs__1', aliases: ['docs', 'prod'] }]);
  });

  test('without reading back, points are counted, and the summary says so', async () => {
    expect(await migrate({ from, to }, migrateParams({ readBack: false }))).toMatchObject({ isReadBack: false });
    expect(await linesOn(to, 'docs')).toEqual(expected);
  });
});

describe('refused before anything is touched', () => {
  test.each([
    [
      'a source that is not there, with the nearest name',
      { source: 'dcos' },
      'notFound',
      /^collection "dcos" is not on .*; there are: docs, prod$/,
    ],
    ['a name that cannot be', { target: 'a/b' }, 'usage', /^"a\/b" cannot be the name of a collection/],
  ])('%s', async (_title, change, kind, message) => {
    await expect(migrate({ from, to }, migrateParams(change))).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message) as string,
    });
    expect(await listCollections(to)).toEqual([]);
  });

  test('a collection onto itself with nothing changed', async () => {
    await expect(migrate({ from, to: from }, migrateParams())).rejects.toMatchObject({
      kind: 'usage',
      message: 'docs to docs on the same server, with nothing changed, is no migration',
    });
  });

  test('one of several names that is a collection of its own: they could not be switched together', async () => {
    await createSmall(to, 'prod', 1);
    await expect(migrate({ from, to }, migrateParams({ target: null }))).rejects.toMatchObject({
      kind: 'refused',
      message: `prod is a collection of its own on ${to.url}, no alias: docs, prod cannot be switched in one step`,
      hint: 'migrate to another name: qdx migrate docs prod-new',
    });
  });

  test('F28: an older server, by its minor version', async () => {
    const newer = { ...from, server: async () => ({ ...(await from.server()), version: '1.17.0' }) };
    await expect(migrate({ from: newer, to }, migrateParams())).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^collection docs is of Qdrant 1\.17\.0, and .* runs 1\.16\.3, an older one$/,
      ) as string,
    });
  });

  test.each([
    ['F16: empty over points', 0, 20, '--allow-empty', { allowEmpty: true }],
    ['F17: less than half of the points', 9, 20, '--allow-shrink', { allowShrink: true }],
  ])('%s needs %d over %d: %s', async (_title, after, now, flag, open) => {
    await createSmall(to, 'source', after);
    await createSmall(to, 'live__1', now);
    await pointAliases(to, ['live'], 'live__1');
    const params = migrateParams({ source: 'source', target: 'live' });
    await expect(migrate({ from: to, to }, params)).rejects.toMatchObject({ kind: 'refused', hint: `add ${flag}` });
    expect((await listCollections(to)).map(({ physical }) => physical)).toEqual(['live__1', 'source']);
    expect(await migrate({ from: to, to }, { ...params, ...open })).toMatchObject({
      points: after,
      replaced: ['live__1'],
    });
  });

  test('F15: the name of a version is not given away; what a name leads to is named, and without a yes nothing happens', async () => {
    await createSmall(to, 'docs__1', 10);
    await pointAliases(to, ['docs'], 'docs__1');
    const confirm = async () => false;
    const ofVersion = migrateParams({ target: 'docs__1', allowGap: true });
    await expect(migrate({ from, to }, ofVersion)).rejects.toMatchObject({
      kind: 'refused',
      message: 'docs__1 is a version of docs, and not a name to be given to another collection',
      hint: 'name docs, or a name that is free; qdx alias shows what leads where',
    });
    await expect(migrate({ from, to }, migrateParams({ confirm }))).rejects.toMatchObject({
      kind: 'refused',
      message: 'docs (now docs__1, 10 points; then 400) would be replaced, and that was not confirmed',
    });
    expect(await listCollections(to)).toEqual([{ physical: 'docs__1', aliases: ['docs'] }]);
  });
});

test('after all of these the source is what it was', async () => {
  expect(await listCollections(from)).toEqual([{ physical: 'docs__1', aliases: ['docs', 'prod'] }]);
  expect(await linesOn(from, 'docs')).toEqual(expected);
});
