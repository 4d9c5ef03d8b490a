import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFileBytes } from '../../../src/lib/file-bytes.ts';
import { createPartialFile, writeWholeFile } from '../../../src/lib/partial-file.ts';
import { machineId } from '../../../src/lib/processes.ts';
import { createScratchFile } from '../../../src/lib/scratch-file.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

describe('a file that appears when it is whole', () => {
  test.each([
    ['nothing', []],
    ['small pieces', Array.from({ length: 1000 }, (_, index) => `line ${index}\n`)],
    ['a piece larger than the buffer, between small ones', ['a', 'b'.repeat(700_000), 'c']],
  ])('holds all that was written: %s', async (_title, pieces) => {
    const path = join(temporaryFolder(), 'file');
    const file = await createPartialFile(path);
    for (const piece of pieces) await file.write(Buffer.from(piece));
    expect([existsSync(path), file.sizeBytes]).toEqual([false, pieces.join('').length]);
    await file.finish();
    expect(readFileSync(path, 'utf8')).toBe(pieces.join(''));
    expect(readdirSync(join(path, '..'))).toEqual(['file']);
  });

  test('replaces the one before only at the end, and not at all when abandoned', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'before');
    const file = await createPartialFile(path);
    await file.write(Buffer.from('after'));
    expect(readFileSync(path, 'utf8')).toBe('before');
    await file.abandon();
    expect([readFileSync(path, 'utf8'), readdirSync(join(path, '..'))]).toEqual(['before', ['file']]);
  });

  test.each<[string, string | Uint8Array]>([
    ['text', 'caf\u00e9\n'],
    ['bytes', Buffer.from('caf\u00e9\n')],
  ])('written in one, it replaces the one before: %s', async (_title, content) => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'before, and longer');
    await writeWholeFile(path, content);
    expect([readFileSync(path, 'utf8'), readdirSync(join(path, '..'))]).toEqual(['caf\u00e9\n', ['file']]);
  });

  test.each([
    ['a folder of that name', 'folder', 'it is a folder'],
    ['a missing folder', join('no', 'file'), 'its folder does not exist'],
    ['a file as folder', join('plain', 'file'), 'its folder is a file'],
  ])('%s is one sentence', async (_title, name, reason) => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'folder'));
    writeFileSync(join(root, 'plain'), '');
    const path = join(root, name);
    await expect(createPartialFile(path)).rejects.toThrow(`cannot write ${path}: ${reason}`);
  });

  test.skipIf(machineId() === null)(
    'leftovers of dead writers of this machine go; those of living ones, of other machines and other files stay',
    async () => {
      const path = join(temporaryFolder(), 'file');
      const [dead, alive] = [`${machineId()}.4194304.0123456789ab`, `${machineId()}.${process.pid}.0123456789ab`];
      const kept = [`file.${alive}.partial`, 'file.ffffffffffff.4194304.0123456789ab.partial', `other.${dead}.partial`];
      for (const name of [...kept, `file.${dead}.partial`]) writeFileSync(join(path, '..', name), '');
      const file = await createPartialFile(path);
      await file.finish();
      expect(readdirSync(join(path, '..')).toSorted()).toEqual(['file', ...kept].toSorted());
    },
  );

  test('two writers of one file, even of one process number, write beside each other; the later one wins whole', async () => {
    const path = join(temporaryFolder(), 'file');
    const [first, second] = [await createPartialFile(path), await createPartialFile(path)];
    await first.write(Buffer.from('first, and longer'));
    await second.write(Buffer.from('second'));
    await first.finish();
    expect(readFileSync(path, 'utf8')).toBe('first, and longer');
    await second.finish();
    expect([readFileSync(path, 'utf8'), readdirSync(join(path, '..'))]).toEqual(['second', ['file']]);
  });
});

test.skipIf(!existsSync('/dev/full'))('a full disk is one sentence (skipped where there is no /dev/full)', async () => {
  const handle = await open('/dev/full', 'w');
  const bytes = createFileBytes(handle, 'vectors.jsonl');
  await bytes.write(Buffer.from('small'));
  await expect(bytes.flush()).rejects.toThrow('cannot write vectors.jsonl: the disk is full');
  await expect(bytes.write(Buffer.alloc(300_000))).rejects.toMatchObject({ kind: 'failed' });
  await handle.close();
});

test('a scratch file is there until it is removed', async () => {
  const folder = temporaryFolder();
  const file = await createScratchFile(folder, 'x-');
  await file.write(Buffer.from('text'));
  await file.close();
  expect(readFileSync(file.path, 'utf8')).toBe('text');
  await file.remove();
  expect(readdirSync(folder)).toEqual([]);
});

test('what is no file is refused and stays: a device, a pipe', async () => {
  const pipe = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of ['/dev/null', pipe])
    await expect(createPartialFile(path)).rejects.toThrow(/is a device, a pipe or a socket/);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

test('behind a link the file is replaced, not the link', async () => {
  const folder = temporaryFolder();
  const [link, target] = [join(folder, 'link.txt'), join(folder, 'target.txt')];
  writeFileSync(target, 'old');
  symlinkSync(target, link);
  const file = await createPartialFile(link);
  await file.write(Buffer.from('new'));
  await file.finish();
  expect([readFileSync(target, 'utf8'), lstatSync(link).isSymbolicLink()]).toEqual(['new', true]);
});
