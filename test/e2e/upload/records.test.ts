/**
 * Uploading records to a real server: what arrives, what is turned away, and counts that add up.
 */
import { describe, expect, test } from 'vitest';
import { ensureCollection } from '../../../src/core/qdrant/collection/create-collection.ts';
import { countPoints, type PointId, retrievePoints, scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import { type RejectedRecord, uploadRecords } from '../../../src/core/qdrant/upload.ts';
import { testCard, testModel, testRecord, testSettings, uuidOf } from '../../helpers/collection-card.ts';
import { recordsUpTo, useUploads } from './use-uploads.ts';

const on = useUploads();
const { upload } = on;
const records = recordsUpTo;

async function storedIds(): Promise<string[]> {
  const ids: PointId[] = [];
  for await (const { id } of scrollPoints(on.connection, on.collection, { withPayload: false, pageSize: 100 }))
    ids.push(id);
  return ids.map(String);
}

describe('what arrives', () => {
  test('1,000 points in batches; counted, compared, green', async () => {
    const summary = await upload(records(1000), { settings: { batchSize: 64 } });
    expect(summary).toMatchObject({
      read: 1000,
      points: 1000,
      duplicates: 0,
      rejected: 0,
      batches: 16,
      retries: 0,
      pointsBefore: 0,
      pointsAfter: 1000,
      idsCompared: 1000,
      status: 'green',
    });
    expect(await storedIds()).toEqual(records(1000).map(({ id }) => String(id)));
  });

  test('a Dot collection has vectors bit for bit', async () => {
    const vectors = [
      [0.1, -0.30000001, 1e-30, 3.4e38],
      [1 / 3, 123_456.789, -1e-7, 0],
      [0.999_999_94, -1, 1.17e-38, 5e-45],
    ].map((values) => Float32Array.from(values));
    await upload(
      vectors.map((vector, index) => ({ ...testRecord(index), vector })),
      {},
      { distance: 'Dot' },
    );
    const points = await retrievePoints(on.connection, on.collection, [0, 1, 2].map(uuidOf), { withVector: true });
    const stored = new Map(points.map(({ id, vectors: named }) => [String(id), named?.['dense']]));
    expect(vectors.map((_, index) => Float32Array.from(stored.get(uuidOf(index)) as number[]))).toEqual(vectors);
  });

  test('a Cosine collection has the unit vector to 1e-7', async () => {
    await upload([{ ...testRecord(1), vector: Float32Array.from([0.5, 0.5, -0.5, 0.500_000_06]) }]);
    const [point] = await retrievePoints(on.connection, on.collection, [uuidOf(1)], { withVector: true });
    const stored = (point?.vectors?.['dense'] ?? []) as readonly number[];
    expect(stored.map((value) => Math.abs(Math.abs(value) - 0.5) < 1e-7)).toEqual([true, true, true, true]);
  });

  test('F21: sparse vectors, nested payloads and 64-bit integers of payloads', async () => {
    const payload = {
      content: 'x "y" \u2028 \u{1f600}',
      n: 13_268_943_568_923_456_789n,
      deep: { list: [1, null, { a: [] }] },
    };
    const vectors = { bm25: { indices: [4_294_967_295, 3], values: [0.5, 1.25] } };
    await upload([{ ...testRecord(1), payload, vectors }]);
    const [point] = await retrievePoints(on.connection, on.collection, [uuidOf(1)], { withVector: true });
    expect(point?.payload).toEqual(payload);
    expect(point?.vectors?.['bm25']).toEqual({ indices: [3, 4_294_967_295], values: [1.25, 0.5] });
  });

  test('the unnamed vector of a collection without sparse vectors', async () => {
    const card = testCard({ vectorName: '', sparseName: null });
    await upload([{ ...testRecord(1), vectors: { bm25: { indices: [1], values: [1] } } }], { card });
    const [point] = await retrievePoints(on.connection, on.collection, [uuidOf(1)], { withVector: true });
    expect(Object.keys(point?.vectors ?? {})).toEqual(['']);
  });

  test('token vectors go to the payload key of the card', async () => {
    const tokenVectors = { rows: 1, window: 2, encoding: 'sign', data: 'AA==' } as const;
    const card = testCard({ tokenVectors: { payloadKey: 'token_vectors', window: 2, encoding: 'sign' } });
    await upload([{ ...testRecord(1), tokenVectors }], { card });
    const [point] = await retrievePoints(on.connection, on.collection, [uuidOf(1)]);
    expect(point?.payload?.['token_vectors']).toEqual(tokenVectors);
  });
});

describe('F20: ids', () => {
  test('u64 up to its end and UUIDs in four spellings make an exact round trip', async () => {
    const ids = [0, 9_007_199_254_740_991, 9_007_199_254_740_993n, 18_446_744_073_709_551_615n];
    const uuids = [
      '6BA7B810-9DAD-41D1-80B4-00C04FD430C8',
      '6ba7b8119dad41d180b400c04fd430c8',
      'urn:uuid:6ba7b812-9dad-41d1-80b4-00c04fd430c8',
      '{6ba7b813-9dad-41d1-80b4-00c04fd430c8}',
    ];
    const summary = await upload([...ids, ...uuids].map((id, index) => ({ ...testRecord(index), id })));
    expect(summary).toMatchObject({ points: 8, rejected: 0, idsCompared: 8, pointsAfter: 8 });
    expect(await storedIds()).toEqual([
      ...ids.map(String),
      ...[0, 1, 2, 3].map((digit) => `6ba7b81${digit}-9dad-41d1-80b4-00c04fd430c8`),
    ]);
  });

  test.each([
    ['negative', -1, 'negative'],
    ['a fraction', 1.5, 'not an integer'],
    ['above u64', 2n ** 64n, 'above 18446744073709551615'],
    ['rounded on the way', 9_007_199_254_740_992, 'rounded'],
    ['no UUID', 'abc', 'neither an unsigned integer nor a UUID'],
  ])('%s is rejected with its line', async (_title, id, words) => {
    const rejects: RejectedRecord[] = [];
    const summary = await upload([testRecord(0), { ...testRecord(1), id, line: 12 }], {
      onReject: (reject) => rejects.push(reject),
    });
    expect(summary).toMatchObject({ read: 2, points: 1, rejected: 1 });
    expect(rejects).toMatchObject([{ line: 12, id: String(id), reason: expect.stringContaining(words) }]);
  });

  test('integer 1 and the UUID of the same 128 bits are two points', async () => {
    const ids = [1, '00000000-0000-0000-0000-000000000001'];
    expect(await upload(ids.map((id, index) => ({ ...testRecord(index), id })))).toMatchObject({
      points: 2,
      duplicates: 0,
    });
  });
});

describe('duplicates in one input', () => {
  const twice = (count: number) => [
    ...records(count),
    { ...testRecord(3), payload: { content: 'later' }, line: count + 1 },
  ];

  test('error is the default, and names both lines', async () => {
    await expect(upload(twice(10))).rejects.toMatchObject({
      kind: 'verification',
      message: `line 11: id ${uuidOf(3)} was on line 4 already`,
      hint: expect.stringMatching(/^nothing was written; add --on-duplicate first/u) as string,
    });
    // Batches of four: two of them were sent.
    await expect(upload(twice(10), { settings: { batchSize: 4 } })).rejects.toMatchObject({
      hint: expect.stringMatching(/^8 points were written before that line; add --on-duplicate first/u) as string,
    });
  });

  test.each([
    ['first', 'text 3'],
    ['last', 'later'],
  ])('%s wins, across batches on their way', async (onDuplicate, content) => {
    const summary = await upload(twice(40), { settings: { onDuplicate, batchSize: 4 } });
    expect(summary).toMatchObject({ read: 41, points: 40, duplicates: 1, rejected: 0, pointsAfter: 40 });
    const [point] = await retrievePoints(on.connection, on.collection, [uuidOf(3)]);
    expect(point?.payload).toMatchObject({ content });
  });

  test('the same UUID in two spellings is one', async () => {
    const pair = [testRecord(1), { ...testRecord(1), id: uuidOf(1).replaceAll('-', '').toUpperCase() }];
    expect(await upload(pair, { settings: { onDuplicate: 'first' } })).toMatchObject({ points: 1, duplicates: 1 });
  });
});

describe('F22: bad vectors are never written', () => {
  const bad: [string, readonly number[], string][] = [
    ['NaN', [1, Number.NaN, 0, 0], 'component 1 of its vector is no finite float32'],
    ['infinity', [1, 0, Number.POSITIVE_INFINITY, 0], 'component 2 of its vector is no finite float32'],
    ['1e39, beyond float32', [1e39, 0, 0, 0], 'component 0 of its vector is no finite float32'],
    ['all zeros under Cosine', [0, 0, -0, 0], 'its vector is all zeros, which Cosine cannot compare'],
    ['too short', [1, 2, 3], 'its vector has 3 dimensions, the collection 4'],
    ['too long', [1, 2, 3, 4, 5], 'its vector has 5 dimensions, the collection 4'],
    ['empty', [], 'it has no vector'],
  ];
  test.each(bad)('%s', async (_title, values, reason) => {
    const summary = await upload([
      testRecord(0),
      { ...testRecord(1), vector: Float32Array.from(values) },
      testRecord(2),
    ]);
    expect(summary).toMatchObject({ read: 3, points: 2, rejected: 1, firstRejects: [{ line: 2, reason }] });
    expect(await storedIds()).toEqual([uuidOf(0), uuidOf(2)]);
  });

  test('zeros are fine where the distance can compare them', async () => {
    const zero = { ...testRecord(1), vector: new Float32Array(4) };
    expect(await upload([zero], {}, { distance: 'Dot' })).toMatchObject({ points: 1 });
  });

  test('a payload that is no object, and a sparse vector that is none', async () => {
    const summary = await upload([
      testRecord(0),
      { ...testRecord(1), payload: [1] },
      { ...testRecord(2), vectors: { bm25: { indices: [1, 1], values: [1, 2] } } },
      { line: 4, reason: 'it is no JSON' },
    ]);
    expect(summary).toMatchObject({ read: 4, points: 1, rejected: 3 });
    expect(summary.firstRejects.map(({ reason }) => reason)).toEqual([
      'its payload is no object',
      'vector "bm25" has an index twice',
      'it is no JSON',
    ]);
  });
});

test('no records at all is an error', async () => {
  await expect(upload([])).rejects.toMatchObject({ kind: 'usage' });
});

test('only rejects: nothing is written and the counts say so', async () => {
  const summary = await upload([{ ...testRecord(0), id: -1 }]);
  expect(summary).toMatchObject({ read: 1, points: 0, rejected: 1, pointsAfter: 0 });
});

test('an index that was put off comes after the upload, also when the run is stopped', async () => {
  const all = testSettings({ index: { payloadIndexes: [] } });
  const card = testCard();
  const ensure = { name: on.collection, card, settings: all, alias: false, deferIndexing: true };
  const { physical } = await ensureCollection(on.connection, ensure);
  const stop = new AbortController();
  async function* stopping() {
    for (const record of records(600)) {
      if (record.id === uuidOf(500)) stop.abort(new Error('stopped'));
      yield record;
    }
  }
  const input = { collection: physical, card, distance: 'Cosine', settings: all.upload, waitForIndex: true };
  await expect(
    uploadRecords(on.connection, { ...input, records: stopping() }, { signal: stop.signal }),
  ).rejects.toThrow('stopped');
  expect(await countPoints(on.connection, physical)).toBe(256);
  const { config } = await readCollectionInfo(on.connection, physical);
  expect(config.optimizer_config['indexing_threshold']).toBe(10_000);
  expect(config.metadata).not.toHaveProperty('qdx_indexing_deferred_kb');
});

test('the model of 768 dimensions', async () => {
  const card = testCard({ model: testModel({ dimension: 768 }) });
  const summary = await upload(
    Array.from({ length: 600 }, (_, index) => testRecord(index, 768)),
    { card },
  );
  expect(summary).toMatchObject({ points: 600, batches: 3, status: 'green' });
});
