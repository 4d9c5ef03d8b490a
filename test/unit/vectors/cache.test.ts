import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cacheSpaceName, openVectorCache, type VectorCacheOptions } from '../../../src/core/vectors/cache.ts';
import { compactSegments, listSegments, pruneSegments } from '../../../src/core/vectors/cache-folder.ts';
import { recordBytes } from '../../../src/core/vectors/cache-segment.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { modelCard } from '../../helpers/model-card.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const card = modelCard();
const plain = { dimension: 4, hasTokenBits: false };
const withBits = { dimension: 4, hasTokenBits: true };
const open = (folder: string, changes: Partial<VectorCacheOptions> = {}) =>
  openVectorCache({ folder, card, weights: 'w', device: 'cpu', maxBytes: 1e9, tokenWindow: 0, ...changes });
const value = (seed: number) => ({
  vector: Float32Array.from([seed, -seed, seed / 3, 1e-30]),
  tokenCount: seed,
  truncated: seed % 2 === 1,
});
/** Puts `count` vectors in by a process that ends. */
function fill(folder: string, count: number, first = 0): void {
  const cache = open(folder);
  for (let seed = first; seed < first + count; seed++) cache.put(cache.keyOf(`text ${seed}`, 'document'), value(seed));
  cache.close();
}
const found = (folder: string, count: number): number[] => {
  const cache = open(folder);
  const seeds = Array.from({ length: count }, (_, seed) => seed).filter((seed) => {
    const hit = cache.get(cache.keyOf(`text ${seed}`, 'document'));
    if (hit) expect(hit).toEqual(value(seed));
    return hit !== null;
  });
  cache.close();
  return seeds;
};
const segmentPath = (folder: string): string => {
  const space = join(folder, cacheSpaceName(card, 'w', 'cpu', 0));
  return join(space, (readdirSync(space).find((name) => name.endsWith('.vectors')) ?? '').replace('.vectors', ''));
};

describe('vector cache with sign bits of token vectors', () => {
  const bitsOf = (seed: number) => ({
    ...value(seed),
    tokenBits: Uint8Array.from({ length: seed * 3 }, (_, at) => at + seed),
  });
  const foundWithBits = (folder: string, count: number): number[] => {
    const cache = open(folder, { tokenWindow: 4 });
    const seeds = Array.from({ length: count }, (_, seed) => seed).filter((seed) => {
      const hit = cache.get(cache.keyOf(`text ${seed}`, 'document'));
      if (hit)
        expect({ ...hit, tokenBits: [...(hit.tokenBits ?? [])] }).toEqual({
          ...bitsOf(seed),
          tokenBits: [...bitsOf(seed).tokenBits],
        });
      return hit !== null;
    });
    cache.close();
    return seeds;
  };
  const fillWithBits = (folder: string, count: number): string => {
    const cache = open(folder, { tokenWindow: 4 });
    for (let seed = 0; seed < count; seed++) cache.put(cache.keyOf(`text ${seed}`, 'document'), bitsOf(seed));
    cache.close();
    const space = join(folder, cacheSpaceName(card, 'w', 'cpu', 4));
    return join(space, (readdirSync(space).find((name) => name.endsWith('.vectors')) ?? '').replace('.vectors', ''));
  };

  test('gives both back, and nothing of another window or of none', () => {
    const folder = temporaryFolder();
    fillWithBits(folder, 5);
    expect(foundWithBits(folder, 6)).toEqual([0, 1, 2, 3, 4]);
    expect(found(folder, 6)).toEqual([]);
    expect(open(folder, { tokenWindow: 2 }).size).toBe(0);
  });

  test.each(['vectors', 'tokens'])('no flipped bit of .%s is ever served', (ending) => {
    const folder = temporaryFolder();
    const file = `${fillWithBits(folder, 3)}.${ending}`;
    const bytes = readFileSync(file);
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(file, damaged);
      expect(foundWithBits(folder, 3)).toHaveLength(2);
    }
  });

  test('bits that were torn off by a crash leave their vector out', () => {
    const folder = temporaryFolder();
    truncateSync(`${fillWithBits(folder, 4)}.tokens`, 10);
    expect(foundWithBits(folder, 4)).toEqual([0, 1, 2]);
  });

  test('many small segments become one, with all bits in it', () => {
    const folder = temporaryFolder();
    for (let run = 0; run < 34; run++) fillWithBits(folder, 2);
    compactSegments(join(folder, cacheSpaceName(card, 'w', 'cpu', 4)), withBits, Date.now() + 2 * 60 * 60 * 1000);
    expect(listSegments(join(folder, cacheSpaceName(card, 'w', 'cpu', 4)))).toHaveLength(1);
    expect(foundWithBits(folder, 2)).toEqual([0, 1]);
  });
});

describe('vector cache', () => {
  test('gives back the same bytes, in the same process and in the next', () => {
    const folder = temporaryFolder();
    const cache = open(folder);
    const key = cache.keyOf('text 5', 'document');
    expect(cache.get(key)).toBeNull();
    cache.put(key, value(5));
    expect(cache.get(key)).toEqual(value(5));
    cache.close();
    expect(found(folder, 10)).toEqual([5]);
  });

  test.each([
    ['another prefix', { card: modelCard({ documentPrefix: 'passage: ' }) }],
    ['another limit', { card: modelCard({ maxTokens: 128 }) }],
    ['other weights', { weights: 'other' }],
    ['another dtype', { card: modelCard({ dtype: 'fp32' }) }],
    ['another device', { device: 'cuda:0' }],
  ])('%s is another entry', (_title, changes) => {
    const folder = temporaryFolder();
    fill(folder, 1);
    const cache = open(folder, changes);
    expect(cache.get(cache.keyOf('text 0', 'document'))).toBeNull();
    cache.close();
  });

  test('a query and a document of the same text are two entries', () => {
    const folder = temporaryFolder();
    fill(folder, 1);
    const cache = open(folder);
    expect(cache.get(cache.keyOf('text 0', 'query'))).toBeNull();
  });

  test('a tail torn off anywhere loses only the records it touched', () => {
    const whole = temporaryFolder();
    fill(whole, 5);
    const path = segmentPath(whole);
    const [vectors, keys] = [readFileSync(`${path}.vectors`), readFileSync(`${path}.keys`)];
    fc.assert(
      fc.property(fc.nat(vectors.length), fc.nat(keys.length), (vectorBytes, keyBytes) => {
        truncateSync(`${path}.vectors`, 0);
        appendFileSync(`${path}.vectors`, vectors.subarray(0, vectorBytes));
        truncateSync(`${path}.keys`, 0);
        appendFileSync(`${path}.keys`, keys.subarray(0, keyBytes));
        const left = Math.min(Math.floor(vectorBytes / recordBytes(plain)), Math.floor(keyBytes / 32));
        expect(found(whole, 5)).toEqual([0, 1, 2, 3, 4].slice(0, left));
      }),
      { numRuns: 60 },
    );
  });

  test('no flipped bit is ever served', () => {
    const folder = temporaryFolder();
    fill(folder, 3);
    const file = `${segmentPath(folder)}.vectors`;
    const bytes = readFileSync(file);
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(file, damaged);
      const hit = Math.floor((bit >> 3) / recordBytes(plain));
      expect(found(folder, 3)).toEqual([0, 1, 2].filter((seed) => seed !== hit));
    }
  });

  test('several open caches write side by side and the next one sees all', () => {
    const folder = temporaryFolder();
    const caches = [open(folder), open(folder), open(folder)];
    for (let seed = 0; seed < 60; seed++) {
      const cache = caches[seed % 3];
      cache?.put(cache.keyOf(`text ${seed}`, 'document'), value(seed));
    }
    // No close: as after kill -9.
    expect(found(folder, 60)).toHaveLength(60);
  });

  test('is kept below its size; the segments not used for longest go first', () => {
    const folder = temporaryFolder();
    for (let run = 0; run < 4; run++) fill(folder, 10, run * 10);
    const space = join(folder, cacheSpaceName(card, 'w', 'cpu', 0));
    const segments = listSegments(space);
    const [oldest, , , newest] = segments;
    segments.forEach(({ path }, index) =>
      ['vectors', 'keys'].forEach((ending) => utimesSync(`${path}.${ending}`, index + 1, index + 1)),
    );
    pruneSegments(folder, 3 * (newest?.sizeBytes ?? 0));
    expect(listSegments(space).length).toBeLessThan(4);
    expect(existsSync(`${oldest?.path}.vectors`)).toBe(false);
    expect(existsSync(`${newest?.path}.vectors`)).toBe(true);
  });

  test('many small segments become one, with every vector in it', () => {
    const folder = temporaryFolder();
    for (let run = 0; run < 40; run++) fill(folder, 2, run * 2);
    const space = join(folder, cacheSpaceName(card, 'w', 'cpu', 0));
    compactSegments(space, plain, Date.now() + 2 * 60 * 60 * 1000);
    expect(listSegments(space)).toHaveLength(1);
    expect(found(folder, 80)).toHaveLength(80);
  });

  test('a folder that cannot be written is said once, and the run goes on', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    const events: QdxEvent[] = [];
    const cache = open(join(file, 'vectors'), { onEvent: (event) => events.push(event) });
    for (let seed = 0; seed < 3; seed++) cache.put(cache.keyOf(`text ${seed}`, 'document'), value(seed));
    expect(cache.get(cache.keyOf('text 0', 'document'))).toBeNull();
    cache.close();
    expect(events.map(({ type }) => type)).toEqual(['warning']);
    expect(events[0]).toMatchObject({ message: expect.stringContaining('vectors are not cached in') });
  });

  test('a card without the hash of its file is not cached', () => {
    const cache = open(temporaryFolder(), { weights: null });
    cache.put(cache.keyOf('a', 'document'), value(1));
    expect(cache.get(cache.keyOf('a', 'document'))).toBeNull();
  });
});
