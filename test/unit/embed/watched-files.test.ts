import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { changedFiles, filesBelow, listFiles } from '../../../src/core/embed/watch/file-list.ts';
import { updateLine } from '../../../src/commands/watch/lines.ts';
import { follow, type WatchUpdate } from '../../../src/core/embed/watch/watch.ts';
import type { Settings } from '../../../src/core/config/schema.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const listed = (...files: string[]) => ({ files: new Set(files), folders: new Set<string>() });

test.each<[string, string[], string[], string[], string[]]>([
  ['nothing happened', ['a'], ['a'], [], []],
  ['a file was written', ['a', 'b'], ['a', 'b'], ['b'], ['b']],
  ['a file is new, reported or not', ['a'], ['a', 'b', 'c'], ['b'], ['b', 'c']],
  ['a file is gone', ['a', 'b'], ['a'], [], ['b']],
  ['a file was renamed', ['a'], ['b'], ['a', 'b'], ['b', 'a']],
  ['a path that is no file of the corpus', ['a'], ['a'], ['a.swp', 'folder'], []],
])('%s', (_title, before, after, reported, changed) => {
  expect([...changedFiles(listed(...before), listed(...after), new Set(reported))]).toEqual(changed);
});

test('files and folders are those of the walk; of a file that was named, its folder', async () => {
  const root = temporaryFolder('watched');
  for (const folder of ['docs/sub', 'docs/node_modules', 'docs/out', 'lone'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'docs/.gitignore'), 'out\n*.log\n.gitignore\n');
  for (const file of [
    'docs/a.md',
    'docs/x.log',
    'docs/sub/b.md',
    'docs/out/c.md',
    'docs/node_modules/d.md',
    'lone/e.md',
  ])
    writeFileSync(join(root, file), file);
  const roots = [
    { path: join(root, 'docs'), source: 'docs' },
    { path: join(root, 'lone/e.md'), source: 'lone' },
  ];
  const settings = { include: [], exclude: [], includeSecrets: false, followLinks: false };
  const list = await listFiles(roots, settings);
  const below = (paths: Iterable<string>) => [...paths].map((path) => path.slice(root.length + 1));
  expect(below(list.files)).toEqual(['docs/a.md', 'docs/sub/b.md', 'lone/e.md']);
  expect(below(list.folders)).toEqual(['docs', 'docs/sub', 'lone']);
  expect(below(filesBelow(list, join(root, 'docs')))).toEqual(['docs/a.md']);
});

test('a file that comes into a new folder before the folder is watched is listed', async () => {
  const root = temporaryFolder('raced');
  mkdirSync(join(root, 'new'));
  const watched = new Set<string>();
  const late = join(root, 'new/late.md');
  const watcher = {
    follow: (folders: ReadonlySet<string>) => {
      const isNew = !watched.has(join(root, 'new'));
      if (isNew) writeFileSync(late, 'written after the listing');
      for (const folder of folders) watched.add(folder);
      return isNew;
    },
  };
  const settings = { embed: { include: [], exclude: [], includeSecrets: false, followLinks: false } };
  const roots = [{ path: root, source: 'raced' }];
  const { files } = await follow({ roots, settings: settings as unknown as Pick<Settings, 'embed'> }, watcher, {});
  expect([...files]).toEqual([late]);
});

test.each<[Partial<WatchUpdate>, string]>([
  [{ changedFiles: null, files: 1200 }, '1,200 files read; 0 points written (1.5 s)'],
  [{ changedFiles: 1, written: 1 }, '1 file changed; 1 point written (1.5 s)'],
  [
    { changedFiles: 2, written: 3, removed: 1, pruned: 4, rejected: 1 },
    '2 files changed; 3 points written, 5 removed, 1 turned away (1.5 s)',
  ],
])('the line of %j', (facts, text) => {
  const update = {
    at: '2026-01-31T12:00:00.000Z',
    target: 'docs',
    files: 0,
    written: 0,
    removed: 0,
    pruned: 0,
    rejected: 0,
    durationMs: 1500,
  };
  expect(updateLine({ ...update, ...facts } as WatchUpdate)).toBe(`12:00:00Z docs: ${text}`);
});
