/**
 * Collections on a real server: alias first, card in the metadata, what was asked read back, misfits refused.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cardKey, readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { transferKey } from '../../../src/core/qdrant/collection/transfer-key.ts';
import { addToCard } from '../../../src/core/qdrant/collection/card-update.ts';
import { type EnsureInput, ensureCollection } from '../../../src/core/qdrant/collection/create-collection.ts';
import { deferralKey } from '../../../src/core/qdrant/collection/deferred-indexing.ts';
import { listCollections, resolveCollection } from '../../../src/core/qdrant/collection/names.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { testCard, testModel, testSettings } from '../../helpers/collection-card.ts';
import { asOlderServer, connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let name = '';

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  name = `c${++number}`;
});

const ensure = (change: Partial<EnsureInput> = {}, on = connection) =>
  ensureCollection(on, { name, card: testCard(), settings: testSettings(), alias: true, ...change });

describe('making a collection', () => {
  test('its name is an alias of NAME__1, with card, sparse vector with IDF and payload indexes', async () => {
    const made = await ensure();
    expect(made).toMatchObject({ name, physical: `${name}__1`, isAlias: true, created: true });
    const info = await readCollectionInfo(connection, name);
    expect(info.config.params.vectors).toEqual({ dense: { size: 4, distance: 'Cosine', on_disk: false } });
    expect(info.config.params.sparse_vectors).toEqual({ bm25: { modifier: 'idf' } });
    expect(Object.keys(info.payload_schema).toSorted()).toEqual([
      'language',
      'source',
      'source_file',
      'source_path',
      'subdirectory',
    ]);
    expect(await readCard(connection, name)).toEqual(testCard());
  });

  test('--no-alias makes a plain one', async () => {
    expect(await ensure({ alias: false })).toMatchObject({ physical: name, isAlias: false });
    expect(await listCollections(connection)).toContainEqual({ physical: name, aliases: [] });
  });

  test('a second time it is used as it is', async () => {
    await ensure();
    expect(await ensure()).toMatchObject({ physical: `${name}__1`, created: false, needsParityCheck: false });
  });

  test('a plain collection of that name is used as it is', async () => {
    await ensure({ alias: false });
    expect(await ensure({ alias: true })).toMatchObject({ physical: name, isAlias: false, created: false });
  });

  test('the version after the highest one is taken', async () => {
    const left = `${name}__3`;
    await connection.request('PUT', `/collections/${left}`, { body: { vectors: { size: 4, distance: 'Dot' } } });
    expect(await ensure()).toMatchObject({ physical: `${name}__4` });
  });

  test('what a killed run left (collection, no index, no alias) is finished, not made anew', async () => {
    await connection.request('PUT', `/collections/${name}__1`, {
      body: {
        vectors: { dense: { size: 4, distance: 'Cosine' } },
        sparse_vectors: { bm25: { modifier: 'idf' } },
        metadata: { [cardKey]: testCard() },
      },
    });
    expect(await ensure()).toMatchObject({ physical: `${name}__1`, created: false });
    const info = await readCollectionInfo(connection, name);
    expect(Object.keys(info.payload_schema)).toContain('source_path');
  });

  test('the empty staging collection of a restore is left to its run', async () => {
    await connection.request('PUT', `/collections/${name}__1`, {
      body: {
        vectors: { dense: { size: 4, distance: 'Cosine' } },
        sparse_vectors: { bm25: { modifier: 'idf' } },
        metadata: { [cardKey]: testCard(), [transferKey]: { version: 1, state: 'staging', command: 'restore' } },
      },
    });
    expect(await ensure()).toMatchObject({ physical: `${name}__2`, created: true });
  });

  test('two shards of a run that make it at once make one', async () => {
    const made = await Promise.all([ensure(), ensure(), ensure()]);
    expect(new Set(made.map(({ physical }) => physical))).toEqual(new Set([`${name}__1`]));
  });

  test.each([
    ['the name of the records of qdx', '_qdx'],
    ['an empty name', ''],
    ['a slash', 'a/b'],
  ])('%s is refused', async (_title, bad) => {
    await expect(ensure({ name: bad })).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('settings arrive', () => {
  test.each([
    [
      'int8 with quantile',
      { kind: 'int8', quantile: 0.95 },
      { scalar: { type: 'int8', quantile: expect.closeTo(0.95, 6) as number, always_ram: true } },
    ],
    ['binary', { kind: 'binary', alwaysRam: false }, { binary: { always_ram: false } }],
    [
      'binary with encodings',
      { kind: 'binary', encoding: 'twoBits', queryEncoding: 'scalar8bits' },
      { binary: { always_ram: true, encoding: 'two_bits', query_encoding: 'scalar8bits' } },
    ],
  ])('quantization %s', async (_title, quantization, expected) => {
    await ensure({ settings: testSettings({ vector: { quantization } }) });
    expect((await readCollectionInfo(connection, name)).config.quantization_config).toMatchObject(expected);
  });

  test('HNSW, thresholds, segments, shards and consistency', async () => {
    const settings = testSettings({
      vector: { onDisk: true, distance: 'Dot' },
      index: { m: 8, efConstruct: 64, fullScanThresholdKb: 5000, onDisk: true, payloadIndexes: ['source'] },
      optimization: {
        segmentNumber: 3,
        memmapThresholdKb: 20_000,
        indexingThresholdKb: 12_345,
        shardNumber: 2,
        writeConsistencyFactor: 1,
      },
    });
    await ensure({ settings });
    const { config, payload_schema: indexes } = await readCollectionInfo(connection, name);
    expect(config.hnsw_config).toMatchObject({ m: 8, ef_construct: 64, full_scan_threshold: 5000, on_disk: true });
    expect(config.optimizer_config).toMatchObject({
      default_segment_number: 3,
      memmap_threshold: 20_000,
      indexing_threshold: 12_345,
    });
    expect(config.params).toMatchObject({ shard_number: 2, vectors: { dense: { distance: 'Dot', on_disk: true } } });
    expect(Object.keys(indexes)).toEqual(['source']);
  });

  test('the unnamed vector', async () => {
    await ensure({ card: testCard({ vectorName: '', sparseName: null }) });
    const { params } = (await readCollectionInfo(connection, name)).config;
    expect(params.vectors).toMatchObject({ size: 4 });
    expect(params.sparse_vectors ?? {}).toEqual({});
  });

  test('an index that comes later is marked in the metadata', async () => {
    const made = await ensure({ deferIndexing: true });
    expect(made.indexingDeferred).toBe(true);
    const { config } = await readCollectionInfo(connection, name);
    expect(config.optimizer_config['indexing_threshold']).toBe(0);
    expect(config.metadata?.[deferralKey]).toBe(10_000);
  });

  test('binary encodings on an older server are refused, not ignored', async () => {
    const settings = testSettings({ vector: { quantization: { kind: 'binary', encoding: 'twoBits' } } });
    await expect(ensure({ settings }, asOlderServer(connection))).rejects.toMatchObject({
      kind: 'refused',
      message: 'another binary encoding than one bit needs Qdrant 1.15; this server is 1.13.0',
    });
  });
});

describe('F18: an existing collection that does not fit is refused before any write', () => {
  const misfits: [string, Partial<EnsureInput>, string][] = [
    ['dimension', { card: testCard({ model: testModel({ dimension: 5 }) }) }, 'dimension should be 5, it has 4'],
    ['distance', { settings: testSettings({ vector: { distance: 'Dot' } }) }, 'distance should be Dot, it has Cosine'],
  ];
  test.each(misfits)('%s', async (_title, change, words) => {
    await ensure();
    const before = await readCollectionInfo(connection, name);
    await expect(ensure(change)).rejects.toMatchObject({
      kind: 'refused',
      message: `collection ${name} (${name}__1) does not fit: ${words}`,
    });
    expect(await readCollectionInfo(connection, name)).toEqual(before);
  });

  test.each([
    ['vector name', { other: { size: 4, distance: 'Cosine' } }, 'vector name should be "dense", it has "other"'],
    ['unnamed vector', { size: 4, distance: 'Cosine' }, 'vector name should be "dense", it has an unnamed vector'],
    [
      'multi-vector',
      { dense: { size: 4, distance: 'Cosine', multivector_config: { comparator: 'max_sim' } } },
      'vector kind should be one vector a point, it has a multi-vector',
    ],
    [
      'datatype',
      { dense: { size: 4, distance: 'Cosine', datatype: 'uint8' } },
      'datatype should be float32, it has uint8',
    ],
  ])('%s of a collection that is still empty', async (_title, vectors, words) => {
    await connection.request('PUT', `/collections/${name}`, { body: { vectors } });
    await expect(ensure()).rejects.toMatchObject({
      kind: 'refused',
      message: `collection ${name} does not fit: ${words}`,
    });
    expect(await readCard(connection, name)).toBeNull();
  });

  test('float16 rounds, but keeps every direction: taken, with a note', async () => {
    const vectors = { dense: { size: 4, distance: 'Cosine', datatype: 'float16' } };
    await connection.request('PUT', `/collections/${name}`, { body: { vectors } });
    const events: QdxEvent[] = [];
    const input = { name, card: testCard(), settings: testSettings(), alias: true };
    expect(await ensureCollection(connection, input, { onEvent: (event) => events.push(event) })).toMatchObject({
      physical: name,
      created: false,
    });
    expect(events).toContainEqual({
      type: 'note',
      message: `collection ${name} keeps its vectors as float16: 11 significant bits of each number`,
    });
  });
});

describe('F19: vectors of another space are refused, naming both', () => {
  test.each([
    ['pooling', { pooling: 'cls' }, 'pooling "mean" against "cls"'],
    ['query prefix', { queryPrefix: 'query: ' }, 'queryPrefix "" against "query: "'],
    ['revision', { revision: 'd'.repeat(40) }, 'revision'],
    ['tokenizer', { tokenizerSha256: 'e'.repeat(64) }, 'tokenizerSha256'],
  ] as const)('same dimension, other %s', async (_title, change, words) => {
    await ensure();
    const card = testCard({ model: testModel({ name: 'other-model', ...change }) });
    const refused = ensure({ card });
    await expect(refused).rejects.toMatchObject({
      kind: 'refused',
      hint: `use --model test-model, or embed what is there again: qdx migrate ${name} --model other-model`,
    });
    await expect(refused).rejects.toThrow(/holds vectors of test-model; these are of other-model/u);
    await expect(refused).rejects.toThrow(words);
  });

  test('another file of the same space passes, once its parity is checked, and is recorded', async () => {
    await ensure();
    const card = testCard({ model: testModel({ file: 'onnx/fp16.onnx', sha256: 'f'.repeat(64), dtype: 'fp16' }) });
    const ensured = await ensure({ card });
    expect(ensured.needsParityCheck).toBe(true);
    await addToCard(connection, ensured, { ...card, sources: ['more'] });
    expect(await readCard(connection, name)).toMatchObject({
      alsoEmbeddedBy: [{ file: 'onnx/fp16.onnx', sha256: 'f'.repeat(64), dtype: 'fp16' }],
      sources: ['docs', 'more'],
    });
    expect((await ensure({ card })).needsParityCheck).toBe(false);
  });

  test('another template of the embedded text is refused', async () => {
    const chunking = {
      version: 1,
      maxTokens: 256,
      targetTokens: 200,
      template: 'a@1',
      codeTargetTokens: 200,
      minTokens: 40,
      codeMinTokens: 20,
    };
    await ensure({ card: testCard({ chunking }) });
    await expect(ensure({ card: testCard({ chunking: { ...chunking, template: 'b@1' } }) })).rejects.toMatchObject({
      kind: 'refused',
    });
  });
});

test('a missing collection names those there are, the nearest first', async () => {
  const other = connectTo(server);
  await ensure({ name: 'handbook' });
  await expect(resolveCollection(other, 'hanbdook')).rejects.toMatchObject({
    kind: 'notFound',
    message: expect.stringMatching(/collection "hanbdook" is not on http:.*; there are: handbook, /u),
  });
});
