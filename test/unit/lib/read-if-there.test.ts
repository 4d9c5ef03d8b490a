import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLock } from '../../../src/core/models/hub/lock.ts';
import { readIfThere } from '../../../src/lib/read-if-there.ts';
import { systemError } from '../../../src/lib/system-errors.ts';

describe('a file that need not be there', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qdx-read-'));
    await writeFile(join(folder, 'file'), 'text');
    await mkdir(join(folder, 'models.lock.json'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([
    ['is read', 'file', 'text'],
    ['is null where there is none', 'none', null],
    ['is null where its folder is a file', 'file/none', null],
  ])('%s', async (_, name, text) => {
    expect(await readIfThere(join(folder, name))).toBe(text);
  });

  test('what cannot be read is not absent: the error names it', async () => {
    const path = join(folder, 'models.lock.json');
    const error: unknown = await readIfThere(path).catch((thrown: unknown) => thrown);
    expect(systemError(error)?.message).toBe(`cannot use ${path}: it is a folder, not a file`);
  });

  test('hashes that were accepted and cannot be read are not taken for none', async () => {
    await expect(readLock(folder)).rejects.toThrow('EISDIR');
  });
});
