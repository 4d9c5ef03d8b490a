import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseShard, shardOf } from '../../../src/core/vectors/shard.ts';

const ids = Array.from({ length: 3000 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);

describe('shards', () => {
  test.each([
    ['1/1', { shard: 1, shards: 1 }],
    ['3/4', { shard: 3, shards: 4 }],
  ])('reads %s', (text, shard) => expect(parseShard(text)).toEqual(shard));

  test.each(['0/2', '3/2', '1', '1/0', 'a/b', '-1/2', '1/2/3', '1/99999', ''])('refuses %s', (text) => {
    expect(() => parseShard(text)).toThrow('is not a shard: it is i/n');
  });

  test.each([1, 2, 3, 7])('every id is in one of %d, evenly', (shards) => {
    const counts = new Map<number, number>();
    for (const id of ids) counts.set(shardOf(id, shards), (counts.get(shardOf(id, shards)) ?? 0) + 1);
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: shards }, (_, index) => index + 1),
    );
    for (const count of counts.values()) expect(Math.abs(count - 3000 / shards)).toBeLessThan(150);
  });

  test('is the rule of docs/vectors-file.md, for UUIDs and integers', () => {
    for (const id of [ids[0] ?? '', 18_446_744_073_709_551_615n, 7])
      expect(shardOf(id, 5)).toBe(1 + (createHash('sha256').update(String(id)).digest().readUInt32BE(0) % 5));
  });
});
