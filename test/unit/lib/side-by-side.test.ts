import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sideBySide } from '../../../src/lib/side-by-side.ts';

/** Ends when it is told to. */
function stoppable() {
  const job = { isStopped: false, run: async (signal: AbortSignal) => wait(signal) };
  const wait = async (signal: AbortSignal): Promise<never> => {
    try {
      return (await sleep(60_000, undefined, { signal })) as never;
    } finally {
      await sleep(5);
      job.isStopped = true;
    }
  };
  return job;
}

test('the results of both', async () => {
  const [first, second] = await sideBySide(
    async () => sleep(5, 'a'),
    async () => 'b',
  );
  expect([first, second]).toEqual(['a', 'b']);
});

test.each(['first', 'second'])('the %s one fails: the other is stopped and waited for', async (which) => {
  const other = stoppable();
  const failing = async (): Promise<never> => sleep(5).then(() => Promise.reject(new Error('broken')));
  const both = which === 'first' ? sideBySide(failing, other.run) : sideBySide(other.run, failing);
  await expect(both).rejects.toThrow('broken');
  expect(other.isStopped).toBe(true);
});

test('both are stopped from outside', async () => {
  const [a, b, controller] = [stoppable(), stoppable(), new AbortController()];
  const both = sideBySide(a.run, b.run, controller.signal);
  controller.abort();
  await expect(both).rejects.toMatchObject({ name: 'AbortError' });
  expect([a.isStopped, b.isStopped]).toEqual([true, true]);
});
