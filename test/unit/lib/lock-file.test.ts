import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { withLockFile } from '../../../src/lib/lock-file.ts';
import { ownProcess } from '../../../src/lib/processes.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(process.env['QDX_TEST_ROOT'] ?? tmpdir(), 'lock-'));
  path = join(folder, 'x.lock');
});
const options = { waitMs: 5_000, label: 'the thing' };

test('one holder at a time, and nothing left behind', async () => {
  let inside = 0;
  let most = 0;
  const run = async (n: number) =>
    withLockFile(path, options, async () => {
      most = Math.max(most, ++inside);
      await sleep(3);
      inside--;
      return n;
    });
  expect(await Promise.all([0, 1, 2, 3, 4, 5].map(run))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});
test('released when what it guards fails', async () => {
  await expect(withLockFile(path, options, async () => Promise.reject(new Error('inside')))).rejects.toThrow('inside');
  expect(existsSync(path)).toBe(false);
});
test('held by a living process: locked, naming it, when the wait is over', async () => {
  writeFileSync(path, JSON.stringify({ ...(await ownProcess()), hostname: hostname() }));
  await expect(withLockFile(path, { ...options, waitMs: 60 }, async () => 'never')).rejects.toMatchObject({
    kind: 'locked',
    message: expect.stringContaining(`the thing is held by process ${process.pid} on ${hostname()}`),
    details: { lock: path, pid: process.pid },
  });
});

const stale: readonly [string, () => object][] = [
  ['its process is gone', () => ({ pid: 2 ** 22 + 1, startedAt: '1', hostname: hostname() })],
  ['its process id was given out again', () => ({ pid: process.pid, startedAt: 'before', hostname: hostname() })],
];
test.each(stale)('taken over where %s', async (_title, holder) => {
  writeFileSync(path, JSON.stringify(holder()));
  expect(await withLockFile(path, options, async () => 'done')).toBe('done');
});
test('not taken over where its process is on another machine', async () => {
  writeFileSync(path, JSON.stringify({ pid: 1, startedAt: 'x', hostname: 'elsewhere' }));
  await expect(withLockFile(path, { ...options, waitMs: 40 }, async () => 'never')).rejects.toThrow('on elsewhere');
  expect(readFileSync(path, 'utf8')).toContain('elsewhere');
});
test('many at a stale lock: one holder at a time', async () => {
  writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1', hostname: hostname() }));
  let inside = 0;
  const most: number[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async () =>
      withLockFile(path, options, async () => {
        most.push(++inside);
        await sleep(2);
        inside--;
      }),
    ),
  );
  expect(most).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});
test('an abort ends the wait', async () => {
  writeFileSync(path, JSON.stringify({ ...(await ownProcess()), hostname: hostname() }));
  const signal = AbortSignal.timeout(30);
  await expect(withLockFile(path, { ...options, signal }, async () => 'never')).rejects.toThrow(/timeout/);
});
