import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { planBatches, runHalving } from '../../../src/core/models/encoders/batches.ts';
import { decodeHalves, floatsOf } from '../../../src/core/models/onnx/half-floats.ts';
import { normalize, pool, tokenRows } from '../../../src/core/models/encoders/pooling.ts';

const rows = { data: Float32Array.of(1, 2, 3, 4, 8, 12), rows: 3, dimension: 2 };

test.each([
  ['cls', [1, 2]],
  ['mean', [4, 6]],
  ['last', [8, 12]],
] as const)('pooling %s', (kind, expected) => {
  expect([...pool(rows, kind)]).toEqual(expected);
});

test('normalised vectors have length one, a zero vector stays zero', () => {
  expect([...normalize(Float32Array.of(3, 4))]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  expect([...normalize(new Float32Array(3))]).toEqual([0, 0, 0]);
});

test('token rows leave the special tokens out and have length one', () => {
  expect([...tokenRows({ data: Float32Array.of(9, 9, 3, 4, 0, 2, 9, 9), rows: 4, dimension: 2 }, 1, 1)]).toEqual([
    Math.fround(0.6),
    Math.fround(0.8),
    0,
    1,
  ]);
});

test.each([
  [0x0000, 0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65_504],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0x7e00, Number.NaN],
])('half float %i is %d', (bits, value) => {
  expect(decodeHalves(Uint16Array.of(bits))[0]).toBe(value);
});

test('a tensor of integers holds no vector', () => {
  expect(floatsOf({ type: 'int64', data: BigInt64Array.of(1n) })).toBeUndefined();
});

const lengths = fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 80 });

test('batches hold every text once, within the budget unless alone, longest first', () => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 0, max: 2000 }), (counts, budget) => {
      const batches = planBatches(counts, budget);
      expect(batches.flat().toSorted((a, b) => a - b)).toEqual(counts.map((_, index) => index));
      for (const batch of batches) {
        const longest = Math.max(...batch.map((index) => counts[index] ?? 0));
        expect(batch.length === 1 || longest * batch.length <= budget).toBe(true);
      }
    }),
  );
});

test('a budget of zero gives batches of one', () => {
  expect(planBatches([3, 9, 5], 0)).toEqual([[1], [2], [0]]);
});

test('F34: a batch that runs out of memory is halved until it fits, results stay in order', async () => {
  const sizes: number[] = [];
  const run = async (items: readonly number[]): Promise<number[]> => {
    sizes.push(items.length);
    if (items.length > 2) throw new Error('CUDA failure 2: out of memory');
    return items.map((item) => item * 10);
  };
  expect(await runHalving([1, 2, 3, 4, 5], run)).toEqual([10, 20, 30, 40, 50]);
  expect(sizes).toEqual([5, 3, 2, 1, 2]);
});

test.each([
  ['one text that does not fit', [1], 'out of memory'],
  ['another error', [1, 2], 'invalid shape'],
] as const)('F34: %s is not tried again', async (_what, items, message) => {
  let runs = 0;
  const run = async (): Promise<number[]> => {
    runs++;
    throw new Error(message);
  };
  await expect(runHalving(items, run)).rejects.toThrow(message);
  expect(runs).toBe(1);
});
