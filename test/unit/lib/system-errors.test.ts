import { describe, expect, test } from 'vitest';
import { systemError } from '../../../src/lib/system-errors.ts';

const thrown = (code: string, more: object = { syscall: 'open', path: '/data/x' }) =>
  Object.assign(new Error(`${code}: said by the system`), { code, ...more });

describe('errors of the system as sentences', () => {
  test.each([
    ['ENOSPC', 'cannot use /data/x: the disk is full'],
    ['EDQUOT', 'cannot use /data/x: your disk quota is used up'],
    ['EACCES', 'cannot use /data/x: it may not be read or written'],
    ['EROFS', 'cannot use /data/x: its file system is read-only'],
    ['ENOTDIR', 'cannot use /data/x: a part of this path is a file, not a folder'],
    ['EMFILE', 'cannot use /data/x: this process has too many files open'],
  ])('%s', (code, message) => {
    expect(systemError(thrown(code))).toMatchObject({ kind: 'failed', message, hint: expect.stringMatching(/./u) });
  });

  test.each([
    ['a write that knows no path', thrown('ENOSPC', { syscall: 'write' }), 'cannot write: the disk is full'],
    [
      'a rename: where to',
      thrown('EACCES', { syscall: 'rename', path: '/a', dest: '/b' }),
      'cannot use /b: it may not be read or written',
    ],
    ['no working folder', thrown('ENOENT', { syscall: 'uv_cwd' }), 'the working folder is not there any more'],
  ])('%s', (_title, error, message) => {
    expect(systemError(error)).toMatchObject({ message });
  });

  test.each([
    ['a bug', new TypeError('x is undefined')],
    ['a missing file that nobody foresaw', thrown('ENOENT')],
    ['a code of something else', thrown('ENOSPC', {})],
  ])('not %s', (_title, error) => {
    expect(systemError(error)).toBeUndefined();
  });
});
