/**
 * Room for the backup is asked for before anything is made.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertRoom, freeBytes, stagingBytes } from '../../../src/core/transfer/collection/disk.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

test('F6: a backup that does not fit is refused with the bytes that it needs', async () => {
  const folder = temporaryFolder('backups');
  await expect(assertRoom(folder, 4e18)).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringMatching(/^the backup needs about 4000 PB, and .* has .* left$/u),
    hint: expect.stringContaining('--backup-to'),
  });
  await assertRoom(join(folder, 'made', 'on', 'the', 'way'), 1000);
});

test('free space of a folder that is not there yet is that of the one it will be in', async () => {
  const folder = temporaryFolder('backups');
  expect(await freeBytes(join(folder, 'a', 'b'))).toBeGreaterThan(0);
});

test('a collection takes its vectors, graph, payload, terms and sign bits, half as much again while it is rebuilt', () => {
  const sizes = { points: 10, line: 9000, payload: 400, keptVectors: 0 };
  const bare = { points: 1000, dimension: 384, m: 16, hasTerms: false, sizes };
  expect(stagingBytes(bare)).toBe(1000 * (384 * 4 + 2 * 16 * 4 + 400) * 1.5);
  expect(stagingBytes({ ...bare, tokenRows: 30 }) - stagingBytes(bare)).toBe(1000 * 30 * 48 * 2);
});
