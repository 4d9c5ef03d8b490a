/**
 * Folders are made with all that lead to them, or it is said in one sentence why not.
 */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assertMayBecomeFolder, makeFolder } from '../../../src/lib/make-folder.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

test('with all that lead to it, in the wanted mode, and again', () => {
  const folder = join(temporaryFolder(), 'a', 'b', 'c');
  makeFolder(folder, 0o700);
  makeFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('what may become a folder is known without making it', () => {
  const root = temporaryFolder();
  for (const folder of [root, join(root, 'a', 'b')]) assertMayBecomeFolder(folder);
  expect(existsSync(join(root, 'a'))).toBe(false);
});

describe('F6: a folder that cannot be made', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');

  test.each([
    ['a file of that name', file, 'usage', 'it is a file'],
    ['a file on the way', join(file, 'a', 'b'), 'notFound', 'its folder is a file'],
  ])('%s', (_title, folder, kind, reason) => {
    const refusal = expect.objectContaining({ kind, message: `cannot write ${folder}: ${reason}` }) as Error;
    expect(() => makeFolder(folder)).toThrow(refusal);
    expect(() => assertMayBecomeFolder(folder)).toThrow(refusal);
  });

  test.runIf(existsSync('/proc/self'))('a file system that takes none (where there is a /proc)', () => {
    expect(() => makeFolder('/proc/qdx/a')).toThrow(
      expect.objectContaining({
        kind: 'denied',
        message: 'cannot write /proc/qdx/a: no folder can be made there',
        hint: 'choose another folder',
      }) as Error,
    );
  });
});
