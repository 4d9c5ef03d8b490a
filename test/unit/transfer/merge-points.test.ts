/**
 * Walking two ordered streams side by side finds exactly what a comparison in memory finds, however the pages are cut.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPointComparison } from '../../../src/core/transfer/compare/merge-points.ts';
import type { RawPoint } from '../../../src/core/transfer/points/raw-points.ts';
import { createPageSize } from '../../../src/core/transfer/points/scan-range.ts';
import { QdxError } from '../../../src/lib/errors.ts';

const pointOf = (id: number, payload: number, vector: number): RawPoint => ({
  id: String(id),
  line: Buffer.from(`{"id":${id},"payload":{"p":${payload}},"vector":[${vector}.0]}`),
});

async function* inPages(points: readonly RawPoint[], size: number) {
  for (let start = 0; start < points.length; start += size) yield points.slice(start, start + size);
  yield [];
}

const collection = fc
  .uniqueArray(fc.record({ id: fc.nat(30), payload: fc.nat(1), vector: fc.nat(1) }), { selector: ({ id }) => id })
  .map((rows) => rows.toSorted((a, b) => a.id - b.id));

test('every difference is counted once, in its own list', async () => {
  await fc.assert(
    fc.asyncProperty(collection, collection, fc.integer({ min: 1, max: 5 }), async (left, right, size) => {
      const comparison = createPointComparison(() => {});
      const points = (rows: typeof left) => rows.map(({ id, payload, vector }) => pointOf(id, payload, vector));
      await comparison.add(inPages(points(left), size), inPages(points(right), 6 - size));
      const others = new Map(right.map((row) => [row.id, row]));
      const both = left.filter(({ id }) => others.has(id));
      expect(comparison.result()).toMatchObject({
        compared: both.length,
        missing: { count: left.length - both.length },
        extra: { count: right.length - both.length },
        changedPayload: { count: both.filter(({ id, payload }) => others.get(id)!.payload !== payload).length },
        changedVectors: { count: both.filter(({ id, vector }) => others.get(id)!.vector !== vector).length },
        equal: both.filter((row) => JSON.stringify(others.get(row.id)) === JSON.stringify(row)).length,
      });
    }),
  );
});

test('keys that are left out are no difference; all others are', async () => {
  const line = (payload: string): RawPoint => ({
    id: '1',
    line: Buffer.from(`{"id":1,"payload":${payload},"vector":[1.0]}`),
  });
  const compare = async (left: string, right: string, leftOut: readonly string[]) => {
    const comparison = createPointComparison(() => {}, leftOut);
    await comparison.add(inPages([line(left)], 1), inPages([line(right)], 1));
    return comparison.result().changedPayload.count;
  };
  const [was, is] = ['{"a":1.0}', '{"a":1.0,"token_vectors":{"b":[2]}}'];
  expect(await compare(was, is, [])).toBe(1);
  expect(await compare(was, is, ['token_vectors'])).toBe(0);
  expect(await compare('{"a":1}', is, ['token_vectors'])).toBe(1);
  expect(await compare('{}', is, ['token_vectors'])).toBe(1);
});

test('pages grow with what points weigh, shrink when they are refused, and never below one point', () => {
  const pages = createPageSize();
  expect(pages.limit).toBe(4);
  for (let page = 0; page < 10; page++) pages.learn(pages.limit, pages.limit * 100);
  expect(pages.limit).toBe(1000);
  pages.learn(1000, 1000 * 4 * 1024 * 1024);
  expect(pages.limit).toBe(1);
  const small = createPageSize();
  for (let page = 0; page < 10; page++) small.learn(small.limit, small.limit * 100);
  const strict = new QdxError('usage', 'Limit exceeded 1000 > 50 for "limit"');
  expect(small.shrinkFor(strict)).toBe(true);
  small.learn(50, 5000);
  expect(small.limit).toBe(50);
  const tooLarge = new QdxError('failed', 'too much', { details: { code: 'answer-too-large' } });
  for (let page = 0; page < 6; page++) expect(small.shrinkFor(tooLarge)).toBe(page < 5);
  expect(small.limit).toBe(1);
  expect(small.shrinkFor(new QdxError('failed', 'something else'))).toBe(false);
});
