/**
 * F44 for the whole source: what would make a figure depend on the clock's jumps, or an output on the user's locale.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../src/', import.meta.url));
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** Where the time of day is what is meant: records that other processes, machines and later runs read. */
const timeOfDay = [
  'core/qdrant/lock.ts',
  'core/qdrant/lock/holders.ts',
  'core/qdrant/lock/stale.ts',
  'core/qdrant/server/crashes.ts',
  'core/vectors/cache-folder.ts',
  'lib/retry.ts',
];

const filesWith = (pattern: RegExp) =>
  sources
    .filter(({ text }) => pattern.test(text))
    .map(({ path }) => path)
    .toSorted();

describe('F44: the source', () => {
  test('measures time by the monotonic clock', () => {
    expect(filesWith(/Date\.now\(\)/).filter((path) => !timeOfDay.includes(path))).toEqual([]);
  });

  test('formats nothing by locale', () => {
    expect(filesWith(/\.toLocale\w*\(|\bIntl\.(?!Segmenter)/)).toEqual([]);
  });

  test('sorts nothing by locale', () => {
    expect(filesWith(/localeCompare\(/)).toEqual([]);
  });

  test('writes times of day as ISO 8601 in UTC', () => {
    expect(filesWith(/\.to(UTC|Date|Time|GMT)String\(|new Date\(\)\.toString\(/)).toEqual([]);
  });
});
