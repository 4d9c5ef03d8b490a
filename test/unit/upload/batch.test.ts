/**
 * Batches: bodies of JSON that can be cut anywhere between two points.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/lib/json.ts';
import { createBatchBuilder, sliceBatch } from '../../../src/core/qdrant/upload/batch.ts';
import type { VectorRecord } from '../../../src/core/vectors/record.ts';
import { testRecord } from '../../helpers/collection-card.ts';

const layout = { vectorName: 'dense', sparseName: 'bm25', tokenVectorsKey: null, exactVectors: true };

function batchOf(records: readonly VectorRecord[], change = {}) {
  const builder = createBatchBuilder({ ...layout, ...change });
  for (const [index, record] of records.entries()) builder.add(record, index + 1);
  return builder.finish();
}

const pointsOf = (body: Buffer) =>
  (parseJson(body) as { points: { id: unknown; vector: unknown; payload: unknown }[] }).points;

describe('the body', () => {
  test('holds each point with named vectors and payload', () => {
    const record = {
      ...testRecord(1),
      vectors: { bm25: { indices: [7], values: [0.5] }, other: { indices: [], values: [] } },
    };
    expect(pointsOf(batchOf([record]).body)).toEqual([
      {
        id: record.id,
        vector: { dense: [...(record.vector ?? [])], bm25: { indices: [7], values: [0.5] } },
        payload: record.payload,
      },
    ]);
  });

  test('terms that the file calls bm25 go to the sparse vector of the collection', () => {
    const record = { ...testRecord(1), vectors: { bm25: { indices: [7], values: [0.5] } } };
    expect(pointsOf(batchOf([record], { sparseName: 'terms' }).body)).toMatchObject([
      { vector: { terms: { indices: [7], values: [0.5] } } },
    ]);
    expect(pointsOf(batchOf([record], { sparseName: null }).body)[0]?.vector).not.toHaveProperty('bm25');
  });

  test('ids beyond 2^53 are bare numbers', () => {
    const { body } = batchOf([{ ...testRecord(1), id: 2n ** 64n - 1n }]);
    expect(body.toString()).toContain('{"id":18446744073709551615,');
  });

  test('keeps what was there when a payload cannot be written', () => {
    const deep: Record<string, unknown> = {};
    let inner = deep;
    for (let level = 0; level < 200_000; level++) inner = inner['a'] = {} as Record<string, unknown>;
    const builder = createBatchBuilder(layout);
    builder.add(testRecord(1), 1);
    expect(() => builder.add({ ...testRecord(2), payload: deep }, 2)).toThrow(RangeError);
    builder.add(testRecord(3), 3);
    expect(pointsOf(builder.finish().body).map(({ id }) => id)).toEqual([testRecord(1).id, testRecord(3).id]);
  });

  test('a point taken out again leaves no trace', () => {
    const builder = createBatchBuilder(layout);
    builder.add(testRecord(1), 1);
    builder.add(testRecord(2), 2);
    builder.dropLast();
    expect([builder.count, builder.has(testRecord(1).id), builder.has(testRecord(2).id)]).toEqual([1, true, false]);
    expect(pointsOf(builder.finish().body)).toHaveLength(1);
    expect([builder.count, builder.has(testRecord(1).id)]).toEqual([0, false]);
  });
});

test('cut at any place both parts are whole, and may be cut again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(12), fc.nat(12), (count, first, second) => {
      const records = Array.from({ length: count }, (_, index) => testRecord(index));
      const batch = batchOf(records);
      const tail = sliceBatch(batch, first, count);
      const middle = sliceBatch(tail, 0, second);
      const ids = records.map(({ id }) => id);
      expect(pointsOf(tail.body).map(({ id }) => id)).toEqual(ids.slice(first));
      expect(pointsOf(middle.body).map(({ id }) => id)).toEqual(ids.slice(first).slice(0, second));
      expect(middle.points.map(({ line }) => line)).toEqual(
        ids
          .slice(first)
          .slice(0, second)
          .map((_, at) => first + at + 1),
      );
    }),
  );
});
