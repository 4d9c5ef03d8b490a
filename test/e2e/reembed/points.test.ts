/**
 * Re-embedding point by point: what is kept keeps every byte, what has no text is said, what changes meanwhile is embedded too, and
 * a space that is worse than allowed is not switched in.
 */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/lib/package-root.ts';
import type { QdxEvent, RunOptions } from '../../../src/lib/events.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { retrievePoints } from '../../../src/core/qdrant/collection/points.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { type ReembedCollectionParams, reembedCollection } from '../../../src/core/transfer/reembed-collection.ts';
import { partsOf } from '../../../src/core/transfer/points/point-parts.ts';
import { openReembedding, type ReembedParams } from '../../../src/core/transfer/reembed/reembed-points.ts';
import { createPageSize, scanRange } from '../../../src/core/transfer/points/scan-range.ts';
import { testSettings } from '../../helpers/collection-card.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOn, migrateParams } from '../migrate/support.ts';
import { reembedParams } from './support.ts';

let server: RunningQdrant;
let connection: Connection;
let reembed: ReembedParams;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  reembed = await reembedParams();
});

afterAll(async () => server.kill());

/** As the server prints them: ids, payloads and vectors that no parser may touch. */
const points = [
  '{"id":0,"payload":{"body":"rotate the key","n":1.0,"m":-0.0},"vector":{"old":[1,0,0],"rows":[[1.0,2],[3,4]],"terms":{"indices":[7],"values":[0.5]}}}',
  '{"id":9007199254740993,"payload":{"body":"bake the bread","big":9223372036854775807},"vector":{"old":[0,1,0],"rows":[[1,2]]}}',
  '{"id":18446744073709551615,"payload":{"body":"fry the onions","deep":{"a":[null,{}]}},"vector":{"old":[0,0,1]}}',
  '{"id":"0b5f1e6a-0000-4000-8000-000000000001","payload":{"body":"index the vectors"},"vector":{"old":[1,1,0]}}',
];
const withoutText = [
  '{"id":5,"payload":{"body":"  ","note":"blank"},"vector":{"old":[1,0,1]}}',
  '{"id":6,"payload":{"note":"none"},"vector":{"old":[0,1,1]}}',
];

async function makeSource(lines: readonly string[]): Promise<void> {
  const vectors = {
    old: { size: 3, distance: 'Cosine' },
    rows: { size: 2, distance: 'Dot', multivector_config: { comparator: 'max_sim' } },
  };
  await connection.request('PUT', '/collections/docs__1', { body: { vectors, sparse_vectors: { terms: {} } } });
  await put(lines);
  const actions = [{ create_alias: { alias_name: 'docs', collection_name: 'docs__1' } }];
  await connection.request('POST', '/collections/aliases', { body: { actions } });
}

const put = (lines: readonly string[]) =>
  connection.request('PUT', '/collections/docs__1/points', {
    query: { wait: true },
    body: Buffer.from(`{"points":[${lines.join(',')}]}`),
  });

beforeEach(async () => {
  for (const { physical } of await listCollections(connection))
    await connection.request('DELETE', `/collections/${physical}`);
});

const migrate = (change: Partial<ReembedParams> = {}, run: RunOptions = {}, from = connection) =>
  migrateWith({ ...reembed, ...change }, run, from);

function migrateWith(reembedParams: ReembedParams, run: RunOptions = {}, from = connection) {
  const { strategy: _strategy, readBack: _readBack, ...common } = migrateParams();
  const params: ReembedCollectionParams = {
    ...common,
    owner: lockOwner('test'),
    reembed: reembedParams,
    backupRoot: null,
  };
  return reembedCollection({ from, to: connection }, params, run);
}

/** Payload and kept vectors as the server prints them, by id. */
async function keptOf(name: string): Promise<Record<string, string>> {
  const kept: Record<string, string> = {};
  const range = { from: null, to: null, shardKey: null };
  for await (const page of scanRange(connection, { physical: name, range, pageSize: createPageSize() }))
    for (const point of page) {
      const { payload, vectors } = partsOf(point);
      kept[point.id] = [payload, vectors.get('rows') ?? '-', vectors.get('terms') ?? '-'].join(' ');
    }
  return kept;
}

const vectorOf = async (name: string, id: number): Promise<unknown> =>
  (await retrievePoints(connection, name, [id], { withVector: ['dense'] }))[0]?.vectors?.['dense'];

test('F20, F21: ids, payload bytes and the other vectors come over as they are', async () => {
  await makeSource(points);
  const before = await keptOf('docs__1');
  const summary = await migrate();
  expect(summary).toMatchObject({ points: 4, keptVectors: ['rows', 'terms'], counts: { made: 4, withoutText: 0 } });
  expect(await keptOf('docs__2')).toEqual(before);
  expect(before['18446744073709551615']).toContain('"deep":{"a":[null,{}]}');
  expect(before['0']).toContain('"n":1.0,"m":-0.0');
  const names = (await linesOn(connection, 'docs__2')).map((line) => Object.keys(JSON.parse(line).vector));
  expect(names[0]).toEqual(['bm25', 'dense', 'rows', 'terms']);
  expect(names.flat()).not.toContain('old');
});

test('token vectors of the new model stand beside the points', async () => {
  await makeSource(points);
  const withTokens = { settings: testSettings({ embed: { workers: 1, tokenVectors: true } }) };
  await migrate(withTokens);
  expect(await readCard(connection, 'docs')).toMatchObject({ tokenVectors: { payloadKey: 'token_vectors' } });
  const [point] = await retrievePoints(connection, 'docs', [0]);
  expect(point?.payload?.['token_vectors']).toMatchObject({ rows: 1, encoding: 'sign' });
});

test('a key of that name that another program uses is not overwritten', async () => {
  await makeSource(['{"id":1,"payload":{"body":"text","token_vectors":"mine"},"vector":{"old":[1,0,0]}}']);
  const withTokens = { settings: testSettings({ embed: { workers: 1, tokenVectors: true } }) };
  await expect(migrate(withTokens)).rejects.toMatchObject({
    kind: 'refused',
    message: 'the payloads of docs__1 have a key "token_vectors" of their own (in 1 of 1 sampled points)',
    hint: expect.stringContaining('--no-token-vectors'),
  });
  expect(await listCollections(connection)).toHaveLength(1);
});

test('a vector that was named to be left out is left out', async () => {
  await makeSource(points);
  expect(await migrate({ dropVectors: ['rows'] })).toMatchObject({ keptVectors: ['terms'], droppedVectors: ['rows'] });
  const names = (await linesOn(connection, 'docs__2')).flatMap((line) => Object.keys(JSON.parse(line).vector));
  expect(new Set(names)).toEqual(new Set(['bm25', 'dense', 'terms']));
});

describe('points without text', () => {
  beforeEach(async () => makeSource([...points, ...withoutText]));

  test('are refused with their number, before anything is made', async () => {
    await expect(migrate()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(
        '2 of 6 points of docs__1 have no text under the payload key "body" (--text-field)',
      ),
      hint: expect.stringContaining('--allow-without-text lets them over without a vector (the first: 5, 6)'),
    });
    expect(await listCollections(connection)).toEqual([{ physical: 'docs__1', aliases: ['docs'] }]);
  });

  test('come over without a vector where that is allowed', async () => {
    const before = await keptOf('docs__1');
    const summary = await migrate({ allowWithoutText: true });
    expect(summary).toMatchObject({ points: 6, counts: { made: 6, withoutText: 2 } });
    expect(summary.proof?.points).toEqual({ points: 6, withVector: 4, movedMeanwhile: 0 });
    expect(await keptOf('docs')).toEqual(before);
    expect(await vectorOf('docs__2', 6)).toBeUndefined();
  });
});

test('--max-drop without judged queries is refused before anything is made', async () => {
  await makeSource(points);
  await expect(migrate({ thresholds: { maxDrop: 0.1 } })).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('--max-drop cannot be checked: there are no judged queries'),
  });
  expect(await listCollections(connection)).toHaveLength(1);
});

const many = Array.from(
  { length: 24 },
  (_, id) =>
    `{"id":${id},"payload":{"body":"paragraph ${id} on ${['bread', 'keys', 'soup', 'indexes'][id % 4]}"},"vector":{"old":[${Math.sin(id)},${Math.cos(id)},0]}}`,
);

test('below --min-overlap nothing is switched; the same without it embeds nothing twice', async () => {
  await makeSource(many);
  await expect(migrate({ thresholds: { minOverlap: 0.99 } })).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringMatching(/overlap@10 of old and new is 0\.\d{3}, less than --min-overlap 0\.99/u),
    hint: expect.stringContaining('docs__2 is kept'),
  });
  expect(await listCollections(connection)).toContainEqual({ physical: 'docs__1', aliases: ['docs'] });
  const settings = testSettings({ embed: { workers: 1, cache: false, tokenVectors: false } });
  expect(await migrate({ settings })).toMatchObject({ pointsKept: 24, counts: { made: 0, embedded: 0 } });
  expect(await listCollections(connection)).toContainEqual({ physical: 'docs__2', aliases: ['docs'] });
});

test('with the old model at hand both collections answer the queries, side by side', async () => {
  await makeSource(many);
  await migrate();
  const folder = join(temporaryFolder('model'), 'shorter');
  cpSync(join(packageRoot, 'models', 'all-MiniLM-L6-v2'), folder, { recursive: true });
  rmSync(join(folder, 'card.json'));
  // Another limit is another vector space.
  writeFileSync(join(folder, 'sentence_bert_config.json'), '{"max_seq_length": 128, "do_lower_case": false}');
  const { places } = reembed;
  const { textField: _textField, ...again } = reembed;
  const queries = [
    { query: 'paragraph 3 on indexes', answers: [{ id: '3', grade: 1 }] },
    { query: 'soup', answers: [] },
  ];
  const model = await places.findModel(folder);
  const { proof } = await migrateWith({ ...again, model, queries, thresholds: { maxDrop: 0.5 } });
  expect(proof?.oldNotQueried).toBeNull();
  expect(proof?.queries).toMatchObject({ queries: 2, old: { judged: 1, hitAt10: 1 }, made: { judged: 1, hitAt10: 1 } });
  // Texts of a few words: the limit makes no difference, so that both spaces agree.
  expect(proof?.spaces?.overlapAt10).toBeGreaterThan(0.99);
});

test('F13: what is written while it embeds is embedded before the switch', async () => {
  await makeSource(many);
  let writing: Promise<unknown> | undefined;
  const write = (): Promise<unknown> =>
    Promise.all([
      put([
        '{"id":3,"payload":{"body":"another text about anchors"},"vector":{"old":[0,0,1]}}',
        '{"id":100,"payload":{"body":"a new one"},"vector":{"old":[0,0,1]}}',
      ]),
      connection.request('POST', '/collections/docs__1/points/delete', {
        query: { wait: true },
        body: { points: [7] },
      }),
    ]);
  // What reads the source after the first filling reads what was written by then.
  const from: Connection = {
    ...connection,
    requestRaw: async (...request) => {
      await writing;
      return connection.requestRaw(...request);
    },
  };
  const onEvent = (event: QdxEvent): void => {
    if (event.type === 'step' && event.name === 'migrate.filled') writing ??= write();
  };
  const summary = await migrate({}, { onEvent }, from);
  expect(summary.meanwhile).toMatchObject({ inserted: 1, changed: 1, deleted: 1, isQuiet: true });
  expect(await keptOf('docs')).toEqual(await keptOf('docs__1'));
  const opened = await openReembedding(reembed);
  const { vector } = await opened.embedder.embed('another text about anchors');
  await opened.close();
  const stored = (await vectorOf('docs', 3)) as number[];
  expect(vector.reduce((sum, value, at) => sum + value * (stored[at] ?? 0), 0)).toBeGreaterThan(0.9999);
});

test('late writes are embedded too, a second one to the same point as well; one without text is left out, and said', async () => {
  await makeSource(many);
  const text = (id: number, body: string) => `{"id":${id},"payload":{"body":"${body}"},"vector":{"old":[0,0,1]}}`;
  const writes = [
    [text(3, 'anchors'), text(100, 'a new one'), '{"id":101,"payload":{"note":"none"},"vector":{"old":[0,1,0]}}'],
    [text(3, 'anchors and sails')],
  ];
  let writing: Promise<unknown> | undefined;
  const from: Connection = {
    ...connection,
    requestRaw: async (...request) => {
      await writing;
      return connection.requestRaw(...request);
    },
  };
  const warnings: string[] = [];
  const onEvent = (event: QdxEvent): void => {
    const lines = event.type === 'phase' && event.name === 'late writes' ? writes.shift() : undefined;
    if (lines) writing = put(lines);
    if (event.type === 'warning') warnings.push(event.message);
  };
  const { late } = await migrate({}, { onEvent }, from);
  expect(late).toEqual({
    isQuiet: true,
    rounds: 3,
    carried: { inserted: 1, changed: 2, deleted: 0 },
    newer: 0,
    skipped: 1,
  });
  expect(warnings).toEqual(['not carried over: point 101 of docs__1 has no text under the payload key "body"']);
  const { 101: _left, ...others } = await keptOf('docs__1');
  expect(await keptOf('docs')).toEqual(others);
  const opened = await openReembedding(reembed);
  const { vector } = await opened.embedder.embed('anchors and sails');
  await opened.close();
  const stored = (await vectorOf('docs', 3)) as number[];
  expect(vector.reduce((sum, value, at) => sum + value * (stored[at] ?? 0), 0)).toBeGreaterThan(0.9999);
});
