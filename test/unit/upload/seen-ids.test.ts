/**
 * Ids that were seen, in flat memory.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSeenIds } from '../../../src/core/qdrant/upload/seen-ids.ts';

const anyId = fc.oneof(
  fc.uuid(),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 1n, '00000000-0000-0000-0000-000000000001'),
);

test('behaves as a Map from id to its first line, and gives every id back', () => {
  fc.assert(
    fc.property(fc.array(anyId, { maxLength: 200 }), (ids) => {
      const seen = createSeenIds(1);
      const expected = new Map<string | bigint, number>();
      for (const [line, id] of ids.entries()) {
        expect(seen.add(id, line)).toBe(expected.get(id));
        if (!expected.has(id)) expected.set(id, line);
      }
      expect(seen.size).toBe(expected.size);
      expect(new Set(seen.ids())).toEqual(new Set(expected.keys()));
    }),
  );
});
