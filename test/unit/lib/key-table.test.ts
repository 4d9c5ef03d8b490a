import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKeyTable } from '../../../src/lib/key-table.ts';

const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
// Few different bytes, so that keys collide and repeat.
const poorKey = fc
  .array(fc.constantFrom(0, 1), { minLength: 16, maxLength: 16 })
  .map((bytes) => Uint8Array.from(bytes));

describe('key table', () => {
  test.each([
    ['random keys', key],
    ['keys that differ in a few bits', poorKey],
  ])('behaves as a Map: %s', (_title, keys) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.nat()), { maxLength: 200 }), (entries) => {
        const table = createKeyTable(0);
        const map = new Map<string, number>();
        for (const [bytes, value] of entries) {
          const text = Buffer.from(bytes).toString('hex');
          expect(table.set(bytes, value)).toBe(!map.has(text));
          map.set(text, value);
        }
        expect(table.size).toBe(map.size);
        for (const [text, value] of map) expect(table.get(Buffer.from(text, 'hex'))).toBe(value);
      }),
    );
  });

  test('finds nothing that was not put in, and reads keys at an offset', () => {
    const table = createKeyTable();
    const bytes = Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(16, 2)]);
    table.set(bytes, 7, 32);
    expect(table.get(bytes, 32)).toBe(7);
    expect(table.get(bytes, 0)).toBeUndefined();
  });

  test('takes 100,000 keys from one expected', () => {
    const table = createKeyTable(1);
    const bytes = Buffer.alloc(16);
    for (let index = 0; index < 100_000; index++) {
      bytes.writeUInt32LE(index, 0);
      table.set(bytes, index);
    }
    bytes.writeUInt32LE(77_777, 0);
    expect([table.size, table.get(bytes)]).toEqual([100_000, 77_777]);
  });
});
