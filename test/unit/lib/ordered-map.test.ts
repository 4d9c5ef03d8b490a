import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inBatches, mapOrdered } from '../../../src/lib/ordered-map.ts';

async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('mapOrdered', () => {
  test('keeps the order, whatever ends first, and never has more under way than asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        async (waits, inFlight) => {
          let [underWay, most] = [0, 0];
          const map = async (wait: number) => {
            most = Math.max(most, ++underWay);
            await sleep(wait);
            underWay--;
            return wait * 2;
          };
          expect(await all(mapOrdered(from(waits), map, { inFlight }))).toEqual(waits.map((wait) => wait * 2));
          expect(most).toBeLessThanOrEqual(inFlight);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('an error comes where its item would have come, after the others', async () => {
    const seen: number[] = [];
    const map = (value: number) => (value === 3 ? Promise.reject(new Error('three')) : Promise.resolve(value));
    const run = async () => {
      for await (const value of mapOrdered(from([1, 2, 3, 4]), map, { inFlight: 4 })) seen.push(value);
    };
    await expect(run()).rejects.toThrow('three');
    expect(seen).toEqual([1, 2]);
  });

  test('waits for what is under way when the consumer stops', async () => {
    let done = 0;
    const map = async (value: number) => {
      await sleep(5);
      done++;
      return value;
    };
    for await (const value of mapOrdered(from([1, 2, 3]), map, { inFlight: 3 })) if (value === 1) break;
    expect(done).toBe(3);
  });

  test('asks for the width anew for each item', async () => {
    let width = 1;
    let [underWay, most] = [0, 0];
    const map = async (value: number) => {
      most = Math.max(most, ++underWay);
      if (value === 2) width = 4;
      await sleep(2);
      underWay--;
    };
    await all(mapOrdered(from([1, 2, 3, 4, 5, 6, 7, 8]), map, { inFlight: () => width }));
    expect(most).toBe(4);
  });
});

test.each([
  [[], 2, []],
  [[1, 2, 3], 2, [[1, 2], [3]]],
  [[1, 2], 2, [[1, 2]]],
])('%j in batches of %d', async (items, size, batches) => {
  expect(await all(inBatches(from(items), size))).toEqual(batches);
});
