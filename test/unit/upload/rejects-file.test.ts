/**
 * A full disk under the file of rejects, which no test can bring about without rights that it should not have.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { PartialFile } from '../../../src/lib/partial-file.ts';
import { withRejectsFile } from '../../../src/core/qdrant/upload-files/rejects-file.ts';
import { fromList } from '../../helpers/collection-card.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const reject = { line: 1, reason: 'it has no vector' };

function fullDisk() {
  const calls: string[] = [];
  const file: PartialFile = {
    sizeBytes: 0,
    write: async () => {
      calls.push('write');
      throw new Error('the disk is full');
    },
    finish: async () => void calls.push('finish'),
    abandon: async () => void calls.push('abandon'),
  };
  return { calls, open: async () => file };
}

test('the work goes on to its end, then the disk is said to be full', async () => {
  const { calls, open } = fullDisk();
  let isDone = false;
  const work = withRejectsFile(
    'x',
    async ({ add }) => {
      add(reject);
      await sleep(5);
      add(reject);
      isDone = true;
    },
    open,
  );
  await expect(work).rejects.toThrow('the disk is full');
  expect([isDone, calls]).toEqual([true, ['write', 'abandon']]);
});

test('what the work failed of is said, not the full disk', async () => {
  const { open } = fullDisk();
  const work = withRejectsFile(
    'x',
    async ({ add }) => {
      add(reject);
      await sleep(1);
      throw new Error('the server is gone');
    },
    open,
  );
  await expect(work).rejects.toThrow('the server is gone');
});

test('the file is written also where the work failed, and where there was nothing to write', async () => {
  const folder = temporaryFolder('rejects');
  const failed = withRejectsFile(join(folder, 'some'), async ({ add }) => {
    add(reject);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  await withRejectsFile(join(folder, 'none'), async () => {});
  expect(readFileSync(join(folder, 'some'), 'utf8')).toBe('{"line":1,"reason":"it has no vector"}\n');
  expect(readFileSync(join(folder, 'none'), 'utf8')).toBe('');
});

test('a slow disk is waited for', async () => {
  let waiting = 0;
  let most = 0;
  const slow: PartialFile = {
    sizeBytes: 0,
    write: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      waiting--;
    },
    finish: async () => {},
    abandon: async () => {},
  };
  const lines = fromList(Array.from({ length: 2000 }, (_, index) => index));
  await withRejectsFile(
    'x',
    async ({ add, paced }) => {
      for await (const line of paced(lines)) {
        add({ line, reason: 'it is no JSON' });
        most = Math.max(most, ++waiting);
      }
    },
    async () => slow,
  );
  expect(most).toBeLessThanOrEqual(256);
});
