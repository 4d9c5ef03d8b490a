/**
 * F44 for the whole source: what would make a figure depend on the clock's jumps, or an output on the user's locale; and a run
 * whose clock does jump.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgress } from '../../../src/lib/progress/progress.ts';
import { retry } from '../../../src/lib/retry.ts';
import { fakeOutput } from './fake-streams.ts';

const root = fileURLToPath(new URL('../../../src/', import.meta.url));
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** Where the time of day is what is meant: records that other processes, machines and later runs read. */
const timeOfDay = [
  'commands/gc.ts',
  'core/doctor/leftovers.ts',
  // How far a server's clock is from this one.
  'core/qdrant/connection/server-connection.ts',
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

describe('F44: the clock of the day jumps back an hour at every look (played: no test may set the clock of the machine)', () => {
  const hourMs = 3_600_000;
  beforeEach(() => {
    let day = Date.UTC(2026, 9, 25, 3);
    vi.spyOn(Date, 'now').mockImplementation(() => (day -= hourMs));
  });
  afterEach(() => vi.restoreAllMocks());

  test('a deadline of retries holds all the same', async () => {
    let attempts = 0;
    const failing = async () => {
      attempts++;
      Date.now();
      throw new Error(`attempt ${attempts}`);
    };
    const advise = () => ({ again: true, reason: 'busy', waitMs: 20 });
    await expect(retry(failing, { retries: 1000, deadlineMs: 100, advise })).rejects.toThrow(/^attempt \d+$/);
    expect(attempts).toBeGreaterThan(1);
    expect(attempts).toBeLessThanOrEqual(6);
  });

  test.for(['lines', 'bar', 'json'] as const)('progress as %s shows times and rates that can be', async (mode) => {
    const { output, stderr, stderrStream } = fakeOutput({ tty: mode === 'bar', columns: 100 });
    output.choose({ talkJson: mode === 'json' });
    const reporter = createProgress(output, stderrStream, mode);
    for (let done = 0; done <= 10; done++) {
      reporter.onEvent({ type: 'progress', stage: 'embedding', done, total: 10, unit: 'chunks', tokens: done * 100 });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    reporter.end();
    expect(stderr.text).toMatch(mode === 'json' ? /"done":10,/ : /embedding: 10 chunks in [\d.]+ s/);
    expect(stderr.text).not.toMatch(/[^\d]-\d|NaN|Infinity| h /);
  });
});
