/**
 * `qdx verify --against`: a collection against a backup and against another collection; every kind of difference is named.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { compareCollection } from '../../../src/core/transfer/compare-collection.ts';
import { defaultLexical } from '../../../src/core/lexical/lexical.ts';
import { restore } from '../../../src/core/transfer/restore.ts';
import { connectTo } from '../../helpers/connection.ts';
import { modelCard } from '../../helpers/model-card.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { record, uuid, write } from '../../helpers/vectors-file.ts';
import { paramsFor } from './backup-support.ts';
import { createNastyCollection } from './nasty-collection.ts';
import { restoreAll } from './restore-support.ts';

let server: RunningQdrant;
let connection: Connection;
/** A backup of docs__1, 400 points. */
let folder: string;

/** Restores the backup as `name`, to be changed by a test. */
async function copyAs(name: string): Promise<string> {
  const { collections } = await restore(connection, restoreAll({ folder, as: name }));
  return `/collections/${collections[0]!.physical}`;
}

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await createNastyCollection(connection, 'docs__1', 400);
  const actions = [{ create_alias: { alias_name: 'docs', collection_name: 'docs__1' } }];
  await connection.request('POST', '/collections/aliases', { body: { actions } });
  folder = join(temporaryFolder(), 'backup');
  await backUp(connection, paramsFor(folder));
});

afterAll(async () => server.kill());

const none = { count: 0, first: [] };

const wait = { query: { wait: true } };

const changes: readonly (readonly [string, (path: string) => Promise<unknown>, object])[] = [
  ['nothing', async () => {}, { isEqual: true, points: { compared: 400, equal: 400, missing: none, extra: none } }],
  [
    'a point that is gone',
    (path) => connection.request('POST', `${path}/points/delete`, { ...wait, body: { points: [9007199254740993n] } }),
    { points: { compared: 399, equal: 399, missing: { count: 1, first: ['9007199254740993'] }, extra: none } },
  ],
  [
    'a point too many',
    (path) => connection.request('PUT', `${path}/points`, { ...wait, body: { points: [{ id: 3, vector: {} }] } }),
    { points: { compared: 400, missing: none, extra: { count: 1, first: ['3'] } } },
  ],
  [
    'a float that became an integer',
    (path) =>
      connection.request('POST', `${path}/points/payload`, {
        ...wait,
        body: { payload: { oneFloat: 1 }, points: [1] },
      }),
    { points: { equal: 399, changedPayload: { count: 1, first: ['1'] }, changedVectors: none } },
  ],
  [
    'another vector',
    (path) => {
      const body = { points: [{ id: 1, vector: { dense: [0, 1, 0, 0] } }] };
      return connection.request('PUT', `${path}/points/vectors`, { ...wait, body });
    },
    { points: { equal: 399, changedPayload: none, changedVectors: { count: 1, first: ['1'] } } },
  ],
  [
    'another setting',
    (path) => connection.request('PATCH', path, { body: { hnsw_config: { m: 21 } } }),
    { points: { equal: 400 }, settings: ['config.hnsw_config.m: expected 20, got 21'] },
  ],
  [
    'a payload index that is gone',
    (path) => connection.request('DELETE', `${path}/index/geo`, wait),
    { settings: ['payloadIndexes.geo: expected "geo", got nothing'] },
  ],
  [
    'other metadata',
    (path) => connection.request('PATCH', path, { body: { metadata: { owner: 'else' } } }),
    { settings: [String.raw`metadata.owner: expected "\"team\"", got "\"else\""`] },
  ],
];

describe.each(['backup', 'collection'] as const)('against a %s', (kind) => {
  test.each(changes.map((row, index) => [...row, index] as const))('%s', async (_title, change, expected, index) => {
    const name = `${kind}-${index}`;
    await change(await copyAs(name));
    const against = kind === 'backup' ? folder : 'docs';
    expect(await compareCollection(connection, { collection: name, against })).toMatchObject({
      isEqual: false,
      ...expected,
    });
  });
});

test('two collections: searches and cards are compared, and when a card was made is no difference', async () => {
  for (const [name, seed, description] of [
    ['plain', 1, 'docs'],
    ['same', 1, 'docs'],
    ['other', 2, 'others'],
  ] as const) {
    // As each build of one corpus makes it.
    const qdx = { description, qdxVersion: '0.1.0', createdAt: `of ${name}` };
    await connection.request('PUT', `/collections/${name}`, {
      body: {
        vectors: { size: 3, distance: 'Dot' },
        strict_mode_config: { enabled: true, max_query_limit: 60 },
        metadata: { qdx },
      },
    });
    const points = Array.from({ length: 200 }, (_, id) => ({
      id,
      vector: [0, 1, 2].map((k) => Math.sin(seed + id * 3 + k)),
    }));
    await connection.request('PUT', `/collections/${name}/points`, { ...wait, body: { points } });
  }
  const same = await compareCollection(connection, { collection: 'same', against: 'plain' });
  expect(same).toMatchObject({ isEqual: true, search: { vectorName: '', searches: 60, overlapAt10: 1 } });
  const madeOtherwise = ['metadata.qdx.createdAt: expected "of plain", got "of same"'];
  expect(same).toMatchObject({ settings: [], madeOtherwise });
  expect(same.search!.interval[0]).toBeGreaterThan(0.9);
  const other = await compareCollection(connection, { collection: 'other', against: 'plain' });
  expect(other.points.changedVectors.count).toBe(200);
  expect(other.settings).toEqual(['metadata.qdx.description: expected "docs", got "others"']);
  expect(other.search!.overlapAt10).toBeLessThan(0.9);
});

test('a bare name is a collection, whatever folders there are; a folder with a backup of that name is asked about', async () => {
  const home = temporaryHome();
  const cwd = join(home, 'work');
  const options = { home, cwd, env: { QDX_URL: server.url } };
  mkdirSync(join(cwd, 'docs'));
  expect(await runQdx(['verify', 'docs__1', '--against', 'docs'], options)).toMatchObject({ exitCode: 0 });
  cpSync(folder, join(cwd, 'docs'), { recursive: true });
  const both = await runQdx(['verify', 'docs__1', '--against', 'docs'], options);
  expect(both.exitCode).toBe(2);
  expect(both.stderr).toContain('for the backup: --against ./docs');
  expect(await runQdx(['verify', 'docs__1', '--against', './docs'], options)).toMatchObject({ exitCode: 0 });
});

describe('against the vectors file that it came from', () => {
  const terms = { indices: [7, 4294967295], values: [2.5, 0.1] };
  const big = { id: 18446744073709551615n, payload: { int64: 9007199254740993n, nested: { b: 1, a: [null, 1.5] } } };
  const records = [record(1), record(2, { vectors: { bm25: terms } }), record(3, big)];

  test('nothing differs; then a payload, a vector, a point, another too many', async () => {
    const file = await write(records, { lexical: defaultLexical });
    const env = { QDX_URL: server.url };
    expect(await runQdx(['upload', file, '-c', 'filed'], { env })).toMatchObject({ exitCode: 0 });
    const compare = () => compareCollection(connection, { collection: 'filed', against: file });
    expect(await compare()).toMatchObject({ isEqual: true, points: { compared: 3, equal: 3 }, settings: [] });
    const path = '/collections/filed/points';
    const payload = { points: [big.id], payload: { nested: { b: 1, a: [null, 2] } } };
    await connection.request('POST', `${path}/payload`, { ...wait, body: payload });
    const vectors = { points: [{ id: uuid(2), vector: { dense: [1, 0, 0, 0] } }] };
    await connection.request('PUT', `${path}/vectors`, { ...wait, body: vectors });
    await connection.request('POST', `${path}/delete`, { ...wait, body: { points: [uuid(1)] } });
    await connection.request('PUT', path, { ...wait, body: { points: [{ id: 5, vector: {} }] } });
    expect(await compare()).toMatchObject({
      isEqual: false,
      points: {
        compared: 2,
        equal: 0,
        missing: { count: 1, first: [uuid(1)] },
        extra: { count: 1, first: ['5'] },
        changedPayload: { count: 1, first: [String(big.id)] },
        changedVectors: { count: 1, first: [uuid(2)] },
      },
    });
  });

  test('other terms of the sparse vector are found; a file of another model, and one without its footer, too', async () => {
    const env = { QDX_URL: server.url };
    const file = await write(records, { lexical: defaultLexical });
    expect(await runQdx(['upload', file, '-c', 'terms'], { env })).toMatchObject({ exitCode: 0 });
    const other = { ...terms, values: [2.25, 0.1] };
    const changed = await write([record(1), record(2, { vectors: { bm25: other } }), record(3, big)], {
      model: { ...modelCard(), pooling: 'cls' },
      lexical: defaultLexical,
    });
    const report = await compareCollection(connection, { collection: 'terms', against: changed });
    expect(report.settings).toEqual([expect.stringMatching(/^model: pooling "cls" against "mean"/)]);
    expect(report.points.changedVectors.first).toEqual([uuid(2)]);
    writeFileSync(changed, readFileSync(changed, 'utf8').split('\n').slice(0, 2).join('\n'));
    const cut = compareCollection(connection, { collection: 'terms', against: changed });
    await expect(cut).rejects.toMatchObject({ kind: 'verification' });
  });
});

test('the command: equal exits 0, different 4, something that is neither 6', async () => {
  const env = { QDX_URL: server.url };
  const path = await copyAs('by-command');
  const equal = await runQdx(['verify', 'by-command', '--against', folder], { env });
  expect(equal).toMatchObject({ exitCode: 0 });
  expect(equal.stdout).toContain('points: 400 ids in both, 400 of them equal');
  await connection.request('POST', `${path}/points/delete`, { ...wait, body: { points: [1] } });
  const different = await runQdx(['verify', 'by-command', '--against', 'docs'], { env });
  expect(different.exitCode).toBe(4);
  expect(different.stdout).toContain('differs: 1 missing: 1\n');
  expect(await runQdx(['verify', 'by-command', '--against', 'nowhere'], { env })).toMatchObject({ exitCode: 6 });
  expect(await runQdx(['verify', folder, '--against', 'docs'], { env })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`qdx verify docs --against ${folder}`) as string,
  });
});
