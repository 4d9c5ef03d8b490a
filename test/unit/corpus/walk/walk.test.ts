import { execFile } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { SkipLog, type SkipReason } from '../../../../src/core/corpus/skips.ts';
import { walk, type WalkOptions } from '../../../../src/core/corpus/walk/walk.ts';
import { folderOf, readFolder } from '../support.ts';

const plain: WalkOptions = { include: [], exclude: [], includeSecrets: false, followLinks: false };

async function walked(root: string, more: Partial<WalkOptions> = {}): Promise<{ paths: string[]; skips: SkipLog }> {
  const skips = new SkipLog();
  const paths: string[] = [];
  for await (const file of walk(root, { ...plain, ...more }, skips)) paths.push(file.path);
  return { paths, skips };
}

const paths = async (files: Record<string, string>, more: Partial<WalkOptions> = {}): Promise<string[]> =>
  (await walked(await folderOf(files), more)).paths;

const named = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, 'x']));

test('files come in the order of their names, whatever the locale', async () => {
  expect(await paths(named('b.md', 'B.md', 'a/z.md', 'a.md', 'é.md', 'a/_.md', '10.md', '9.md'))).toEqual([
    '10.md',
    '9.md',
    'B.md',
    'a/_.md',
    'a/z.md',
    'a.md',
    'b.md',
    'é.md',
  ]);
});

describe('F43: .gitignore as git reads it', () => {
  test.each<[title: string, files: Record<string, string>, kept: string[]]>([
    [
      'names at any depth',
      { '.gitignore': '*.log\n', 'a.log': 'x', 'd/b.log': 'x', 'd/c.md': 'x' },
      ['.gitignore', 'd/c.md'],
    ],
    ['anchored names', { '.gitignore': '/a.md\n', 'a.md': 'x', 'd/a.md': 'x' }, ['.gitignore', 'd/a.md']],
    ['folders alone', { '.gitignore': 'out/\n', 'out/a.md': 'x', 'd/out': 'x' }, ['.gitignore', 'd/out']],
    [
      'negation',
      { '.gitignore': '*.md\n!keep.md\n', 'a.md': 'x', 'keep.md': 'x', 'd/keep.md': 'x' },
      ['.gitignore', 'd/keep.md', 'keep.md'],
    ],
    [
      'nothing comes back out of an ignored folder',
      { '.gitignore': 'd/\n!d/keep.md\n', 'd/keep.md': 'x' },
      ['.gitignore'],
    ],
    [
      'the deeper file decides',
      { '.gitignore': '*.md\n', 'd/.gitignore': '!*.md\n', 'a.md': 'x', 'd/a.md': 'x' },
      ['.gitignore', 'd/.gitignore', 'd/a.md'],
    ],
    [
      'a deeper file says nothing about its neighbours',
      { 'd/.gitignore': '*.md\n', 'a.md': 'x', 'd/a.md': 'x' },
      ['a.md', 'd/.gitignore'],
    ],
    ['case matters', { '.gitignore': 'A.md\n', 'a.md': 'x' }, ['.gitignore', 'a.md']],
    ['.git/info/exclude', { '.git/info/exclude': 'a.md\n', 'a.md': 'x', 'b.md': 'x' }, ['b.md']],
    [
      '.gitignore takes back what .git/info/exclude names',
      { '.git/info/exclude': '*.md\n', '.gitignore': '!b.md\n', 'a.md': 'x', 'b.md': 'x' },
      ['.gitignore', 'b.md'],
    ],
  ])('%s', async (_title, files, kept) => {
    expect(await paths(files)).toEqual(kept);
  });

  test('rules above the root hold', async () => {
    const top = await folderOf({ '.git/HEAD': 'x', '.gitignore': 'a.md\n', 'd/a.md': 'x', 'd/b.md': 'x' });
    expect((await walked(path.join(top, 'd'))).paths).toEqual(['b.md']);
  });

  test('a root that its repository ignores was named on purpose', async () => {
    const top = await folderOf({ '.git/HEAD': 'x', '.gitignore': 'node_modules\n', 'node_modules/p/a.md': 'x' });
    expect((await walked(path.join(top, 'node_modules/p'))).paths).toEqual(['a.md']);
    expect((await walked(path.join(top, 'node_modules'))).paths).toEqual(['p/a.md']);
  });
});

describe('patterns', () => {
  const files = named('a.md', 'd/b.md', 'd/c.ts', 'd/e/f.md', '.github/x.md');
  test.each<[include: string[], exclude: string[], kept: string[]]>([
    [['*.md'], [], ['.github/x.md', 'a.md', 'd/b.md', 'd/e/f.md']],
    [['d/**/*.md'], [], ['d/b.md', 'd/e/f.md']],
    [['d'], [], ['d/b.md', 'd/c.ts', 'd/e/f.md']],
    [['./d/'], ['e'], ['d/b.md', 'd/c.ts']],
    [['/d/*.md'], [], ['d/b.md']],
    [[], ['d', '.github/'], ['a.md']],
    [[], ['**/*.md'], ['d/c.ts']],
    [['*.{ts,md}'], ['d/e/**'], ['.github/x.md', 'a.md', 'd/b.md', 'd/c.ts']],
  ])('include %j, exclude %j', async (include, exclude, kept) => {
    expect(await paths(files, { include, exclude })).toEqual(kept);
  });
});

test.each<[reason: SkipReason, files: string[]]>([
  ['dependencies', ['node_modules/a.md', '.git/a.md', 'd/__pycache__/a.md', '.venv/a.md']],
  ['generated', ['package-lock.json', 'd/yarn.lock', 'a.min.js', 'go.sum', 'x.js.map']],
  [
    'secret',
    [
      '.env',
      '.env.local',
      'd/.ENV.production',
      'a.pem',
      'id_rsa',
      'id_ed25519',
      '.npmrc',
      'credentials.json',
      'd/.aws/config',
      'k.key',
    ],
  ],
])('left out as %s', async (reason, names) => {
  const { paths: kept, skips } = await walked(await folderOf(named('a.md', ...names)));
  expect(kept).toEqual(['a.md']);
  expect(skips.toRecord()[reason]?.count).toBe(names.length);
  expect(Object.keys(skips.toRecord())).toEqual([reason]);
});

test('not taken for secrets', async () => {
  const names = ['environment.md', 'id_rsa.pub', 'keys.md', 'pem.ts', 'secret-santa.md', 'tokenizer.json'];
  expect(await paths(named(...names))).toEqual(names.toSorted());
});

test('secrets are read on request', async () => {
  expect(await paths(named('.env', 'id_rsa'), { includeSecrets: true })).toEqual(['.env', 'id_rsa']);
});

test('a root that is a file is read whatever the patterns say, but for secrets', async () => {
  const root = await folderOf(named('a.md', '.env'));
  expect((await walked(path.join(root, 'a.md'), { include: ['*.ts'] })).paths).toEqual(['a.md']);
  expect((await walked(path.join(root, '.env'))).paths).toEqual([]);
});

test('a root that does not exist is named', async () => {
  await expect(walked('/no/such/folder')).rejects.toThrow('there is no file or folder /no/such/folder');
  await expect(walked('/no/such/folder')).rejects.toMatchObject({ kind: 'notFound' });
});

describe('F43: symbolic links', () => {
  const withLinks = async (): Promise<string> => {
    const outside = await folderOf({ 'o.md': 'x', 'deep/p.md': 'x' });
    const root = await folderOf({ 'a.md': 'x', 'd/b.md': 'x' });
    await symlink(root, path.join(root, 'd/up'));
    await symlink('.', path.join(root, 'd/self'));
    await symlink('loop', path.join(root, 'loop'));
    await symlink('nowhere', path.join(root, 'broken'));
    await symlink('d', path.join(root, 'twin'));
    await symlink(outside, path.join(root, 'outside'));
    await symlink(outside, path.join(root, 'outside2'));
    await symlink(path.join(outside, 'o.md'), path.join(root, 'o-link.md'));
    await symlink(outside, path.join(outside, 'deep/back'));
    return root;
  };

  test('symlink loops end; links are counted, not followed', async () => {
    const { paths: kept, skips } = await walked(await withLinks());
    expect(kept).toEqual(['a.md', 'd/b.md']);
    expect(skips.toRecord()).toEqual({
      brokenLink: { count: 1, examples: ['broken'] },
      symlinkLoop: { count: 3, examples: ['d/self', 'd/up', 'loop'] },
      symlink: { count: 4, examples: ['o-link.md', 'outside', 'outside2', 'twin'] },
    });
  });

  test('followed on request, each folder once', async () => {
    const { paths: kept, skips } = await walked(await withLinks(), { followLinks: true });
    expect(kept).toEqual(['a.md', 'd/b.md', 'o-link.md', 'outside/deep/p.md', 'outside/o.md']);
    expect(skips.toRecord().symlinkLoop?.examples).toEqual(['d/self', 'd/up', 'loop', 'outside/deep/back', 'outside2']);
    expect(skips.toRecord().symlink?.examples).toEqual(['twin']);
  });

  test('a root that is a link is read', async () => {
    const root = await folderOf(named('a.md'));
    await symlink(root, `${root}-link`);
    expect((await walked(`${root}-link`)).paths).toEqual(['a.md']);
  });
});

describe('F43: what is neither file nor folder', () => {
  test('a pipe and a device are passed over', async () => {
    const root = await folderOf(named('a.md'));
    await promisify(execFile)('mkfifo', [path.join(root, 'pipe.md')]);
    await symlink('/dev/zero', path.join(root, 'zero.md'));
    const { paths: kept, skips } = await walked(root, { followLinks: true });
    expect(kept).toEqual(['a.md']);
    expect(skips.toRecord()).toEqual({ notRegular: { count: 2, examples: ['pipe.md', 'zero.md'] } });
    expect((await walked(path.join(root, 'pipe.md'))).skips.toRecord().notRegular?.count).toBe(1);
  });

  test.skipIf(process.platform !== 'linux')('a name that is not UTF-8', async () => {
    const root = await folderOf(named('a.md'));
    await writeFile(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.md')]), 'x');
    const { paths: kept, skips } = await walked(root);
    expect(kept).toEqual(['a.md']);
    expect(skips.toRecord()).toEqual({ nameNotUtf8: { count: 1, examples: ['caf\uFFFD.md'] } });
  });

  test('a folder that vanishes during the walk', async () => {
    const root = await folderOf(named('a.md', 'b/c.md', 'd.md'));
    const skips = new SkipLog();
    const seen: string[] = [];
    for await (const file of walk(root, plain, skips)) {
      seen.push(file.path);
      await rm(path.join(root, 'b'), { recursive: true, force: true });
    }
    expect(seen).toEqual(['a.md', 'd.md']);
    expect(skips.toRecord()).toEqual({ unreadable: { count: 1, examples: ['b/ (ENOENT)'] } });
  });
});

describe('contents', () => {
  test('F43: each file that is not read is counted with its reason, the others are', async () => {
    const root = await folderOf({
      'good.md': '# Good\n',
      'binary.md': Buffer.from([0x23, 0, 1, 2]),
      'latin1.md': Buffer.from('caf\xe9', 'latin1'),
      'empty.md': '',
      'blank.md': ' \n\t\n',
      'large.md': 'x'.repeat(5000),
      'notes.md': '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n',
      'talk.md': 'A key begins with\n-----BEGIN PRIVATE KEY-----\n',
    });
    const { chunks, summary } = await readFolder(root, { maxFileBytes: 4000 });
    expect(chunks.map((chunk) => chunk.payload.source_path)).toEqual(['good.md', 'talk.md']);
    expect(summary).toMatchObject({ files: 2, chunks: 2 });
    expect(summary.skipped).toEqual({
      binary: { count: 1, examples: ['binary.md'] },
      notUtf8: { count: 1, examples: ['latin1.md'] },
      empty: { count: 2, examples: ['blank.md', 'empty.md'] },
      tooLarge: { count: 1, examples: ['large.md (5000 bytes)'] },
      secret: { count: 1, examples: ['notes.md'] },
    });
  });

  test('a leading byte order mark is no content', async () => {
    const root = await folderOf({ 'a.md': '\uFEFF# A\n' });
    expect((await readFolder(root)).chunks[0]?.payload).toMatchObject({ content: '# A\n', heading_path: ['A'] });
  });
});

/** The fault speaks of a million: tried by hand, see docs/corpus.md; making them takes minutes. */
test('F43: 20,000 files in one folder are walked with memory for their names alone', { timeout: 120_000 }, async () => {
  const root = await folderOf({});
  const folder = path.join(root, 'many');
  await mkdir(folder);
  for (let at = 0; at < 20_000; at += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => writeFile(path.join(folder, `file-${at + index}`), '')),
    );
  }
  let count = 0;
  let last = '';
  for await (const file of walk(root, plain, new SkipLog())) {
    expect(file.path > last).toBe(true);
    last = file.path;
    count += 1;
  }
  await rm(root, { recursive: true });
  expect(count).toBe(20_000);
});
