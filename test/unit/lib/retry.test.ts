import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retry, retryAfterMs, type RetryOptions } from '../../../src/lib/retry.ts';

const at = Date.parse('2026-01-01T00:00:00Z');
const headers: readonly [string, string | undefined, number | undefined][] = [
  ['seconds', '30', 30_000],
  ['a fraction', '0.5', 500],
  ['zero', '0', 0],
  ['spaces around', ' 7 ', 7_000],
  ['an HTTP date', 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['a date in the past', 'Thu, 01 Jan 2026 00:00:00 GMT', 0],
  ['an obsolete date form', 'Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
  ['absent', undefined, undefined],
  ['empty', '', undefined],
  ['garbage', 'soon', undefined],
  ['negative', '-5', undefined],
  ['a bare year, which Date.parse would take', '2026-01-02', undefined],
  ['a number too long to be meant', '123456789', undefined],
];
test.each(headers)('Retry-After: %s', (_title, header, ms) => expect(retryAfterMs(header, at)).toBe(ms));

/** Time and chance by hand: `sleep` moves the clock. */
function clock() {
  const waits: number[] = [];
  let now = 0;
  const options: RetryOptions = {
    retries: 5,
    deadlineMs: 120_000,
    advise: () => ({ again: true, reason: 'test' }),
    now: () => now,
    random: () => 1,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
  return { waits, options, pass: (ms: number) => (now += ms) };
}
const failing = (times: number, count = { calls: 0 }) => ({
  count,
  attempt: async () => {
    count.calls++;
    if (count.calls <= times) throw new Error(`attempt ${count.calls}`);
    return 'done';
  },
});

describe('retry', () => {
  test('gives the result of the first good attempt', async () => {
    const { waits, options } = clock();
    expect(await retry(failing(3).attempt, options)).toBe('done');
    expect(waits).toEqual([500, 1_000, 2_000]);
  });
  test('throws the last error when the retries are used up', async () => {
    const { options } = clock();
    const { attempt, count } = failing(99);
    await expect(retry(attempt, { ...options, retries: 2 })).rejects.toThrow('attempt 3');
    expect(count.calls).toBe(3);
  });
  test('does not repeat what must not be repeated', async () => {
    const { attempt, count } = failing(99);
    const advise = () => ({ again: false, reason: '' });
    await expect(retry(attempt, { ...clock().options, advise })).rejects.toThrow('attempt 1');
    expect(count.calls).toBe(1);
  });
  test("the server's wish wins over the backoff", async () => {
    const { waits, options } = clock();
    await retry(failing(1).attempt, { ...options, advise: () => ({ again: true, waitMs: 30_000, reason: '' }) });
    expect(waits).toEqual([30_000]);
  });
  test('a wait beyond the deadline is not begun', async () => {
    const { waits, options } = clock();
    const advise = () => ({ again: true, waitMs: 50_000, reason: '' });
    await expect(retry(failing(99).attempt, { ...options, advise })).rejects.toThrow('attempt 3');
    expect(waits).toEqual([50_000, 50_000]);
  });
  test('the time of the attempts counts towards the deadline', async () => {
    const { options, pass } = clock();
    const slow = async () => {
      pass(70_000);
      throw new Error('slow');
    };
    let calls = 0;
    await expect(retry(async () => (calls++, slow()), options)).rejects.toThrow('slow');
    expect(calls).toBe(2);
  });
  test('an abort ends the wait with its reason', async () => {
    const controller = new AbortController();
    const options = { ...clock().options, signal: controller.signal, random: () => 1, firstWaitMs: 60_000 };
    const { sleep: _sleep, ...real } = options;
    const run = retry(failing(99).attempt, { ...real, onRetry: () => controller.abort(new Error('enough')) });
    await expect(run).rejects.toThrow('enough');
  });
  test('what is away is waited for until the deadline, however few the retries', async () => {
    const { waits, options } = clock();
    const advise = () => ({ again: true, isAway: true, reason: 'gone' });
    await expect(retry(failing(99).attempt, { ...options, retries: 1, advise })).rejects.toThrow('attempt');
    const waited = waits.reduce((sum, wait) => sum + wait, 0);
    expect(waited).toBeGreaterThan(110_000);
    expect(waited).toBeLessThanOrEqual(120_000);
    await expect(retry(failing(99).attempt, { ...options, retries: 0, advise })).rejects.toThrow('attempt 1');
  });
  test('an end of waiting throws the last error, and ends no other pause', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const { sleep: _sleep, ...real } = { ...clock().options, firstWaitMs: 60_000, stopWaiting: stop.signal };
    const advise = () => ({ again: true, isAway: true, reason: 'gone' });
    await expect(retry(failing(99).attempt, { ...real, advise })).rejects.toThrow('attempt 1');
    expect(await retry(failing(3).attempt, { ...clock().options, stopWaiting: stop.signal })).toBe('done');
  });
  test('tells of each wait', async () => {
    const told: unknown[] = [];
    await retry(failing(1).attempt, { ...clock().options, onRetry: (...args) => told.push(args) });
    expect(told).toEqual([[1, 500, 'test', false]]);
  });
  test('property: waits stay within the jitter bounds and their sum within the deadline', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (retries, deadlineMs, chance) => {
          const { waits, options } = clock();
          await retry(failing(99).attempt, { ...options, retries, deadlineMs, random: () => chance }).catch(() => {});
          expect(waits.length).toBeLessThanOrEqual(retries);
          for (const [index, wait] of waits.entries())
            expect(wait).toBeLessThanOrEqual(Math.min(10_000, 500 * 2 ** index));
          expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(deadlineMs);
        },
      ),
    );
  });
});
