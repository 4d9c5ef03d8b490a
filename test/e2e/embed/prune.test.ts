/**
 * What --prune takes, and what it never takes: points of files that are there, or of which nobody knows.
 */
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { contentsOf, corpusFolder, pathsOf, runEmbed, sectionText, writeFiles } from '../../helpers/embed-corpus.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryHome } from '../../helpers/run-qdx.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let name = '';
let folder = '';
const home = temporaryHome();
const files = {
  'a.md': sectionText(1),
  'b.md': sectionText(2),
  'sub/c.md': sectionText(3),
  'sub/d.md': sectionText(4),
};
const all = Object.keys(files).map((path) => `docs/${path}`);

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(async () => {
  name = `c${++number}`;
  folder = corpusFolder(files);
  const { summary } = await embed(folder);
  if (summary.written !== 4) throw new Error(`four files made ${summary.written} points`);
});

const embed = (...args: string[]) => runEmbed(server, ['-c', name, ...args], { home });
const nothing = { points: 0, files: 0, examples: [] };

describe('files that are named', () => {
  test('say nothing of the others: none is gone, none is pruned', async () => {
    const one = join(folder, 'a.md');
    expect((await embed(one)).summary).toMatchObject({ unchanged: 1, gone: nothing, leftOut: nothing });
    expect((await embed(one, '--prune')).summary).toMatchObject({ pruned: 0, removed: 0, gone: nothing });
    expect(await pathsOf(connection, name)).toEqual(all);
  });

  test('are updated alone', async () => {
    writeFiles(folder, { 'a.md': sectionText(9), 'b.md': sectionText(8) });
    const { summary } = await embed(join(folder, 'a.md'), '--prune');
    expect(summary).toMatchObject({ written: 1, removed: 1, pruned: 0 });
    expect(await pathsOf(connection, name)).toEqual(all);
  });
});

test('a point of somebody else, of the same source and of no file, stays', async () => {
  const id = '00000000-0000-4000-8000-000000000001';
  const point = { id, vector: {}, payload: { source: 'docs' } };
  const path = `/collections/${name}/points`;
  await connection.request('PUT', path, { query: { wait: true }, body: { points: [point] } });
  rmSync(join(folder, 'b.md'));
  expect((await embed(folder, '--prune')).summary).toMatchObject({ pruned: 1, removed: 0 });
  const left = await connection.request('POST', path, { body: { ids: [id] } });
  expect(left).toMatchObject([{ id }]);
  // Nor does it count as what is left of a source.
  writeFiles(folder, { 'new.txt': 'New text.' });
  const refused = await embed(folder, '--include', '*.txt', '--prune-excluded');
  expect([refused.exitCode, refused.stderr]).toEqual([8, expect.stringContaining('would remove all 3 points')]);
});

test('a file that is empty now loses its points with the update, without --prune', async () => {
  writeFiles(folder, { 'b.md': ' \n' });
  expect((await embed(folder)).summary).toMatchObject({ removed: 1, pruned: 0, gone: nothing, isComplete: true });
  expect(await pathsOf(connection, name)).toEqual(all.filter((path) => path !== 'docs/b.md'));
});

describe('what is there and was not read keeps its points', () => {
  test.each<[string, string | Buffer, string[], number]>([
    ['too large now', sectionText(2).repeat(9), ['--max-file-bytes', '2000'], 0],
    ['not UTF-8 now', Buffer.from('caf\xe9', 'latin1'), [], 3],
  ])('a file that is %s', async (_title, content, args, exitCode) => {
    writeFileSync(join(folder, 'b.md'), content);
    const run = await embed(folder, '--prune', ...args);
    expect(run.summary).toMatchObject({ pruned: 0, removed: 0, gone: nothing });
    expect(run.summary.kept).toEqual({ points: 1, files: 1, examples: ['docs/b.md'] });
    expect(run.exitCode).toBe(exitCode);
    expect(await pathsOf(connection, name)).toEqual(all);
  });

  test('a record that is broken now, while the others of its file are read', async () => {
    writeFiles(folder, { 'r.jsonl': '{"text":"first record"}\n{"text":"second record"}\n' });
    await embed(folder);
    writeFiles(folder, { 'r.jsonl': '{"text":"first record, edited"}\n{"text":"second rec' });
    const run = await embed(folder, '--prune');
    expect([run.exitCode, run.summary.removed, run.summary.kept.points]).toEqual([3, 0, 2]);
    writeFiles(folder, { 'r.jsonl': '{"text":"first record, edited"}\n{"text":"second record"}\n' });
    expect((await embed(folder)).summary).toMatchObject({ removed: 1, isComplete: true });
  });

  // Not even an administrator, as whom tests may run, can read this one: permissions would not keep him out.
  test.skipIf(!existsSync('/proc/self/mem'))(
    'a file that cannot be read (Linux only): --prune is refused and names it, without it the run ends with 3',
    async () => {
      rmSync(join(folder, 'b.md'));
      symlinkSync('/proc/self/mem', join(folder, 'b.md'));
      rmSync(join(folder, 'sub/d.md'));
      const before = await contentsOf(connection, name);
      for (const more of [[], ['--dry-run']]) {
        const refused = await embed(folder, '--follow-links', '--prune', ...more);
        expect([refused.exitCode, refused.stderr]).toEqual([8, expect.stringContaining('b.md (EIO) cannot be read')]);
        expect(refused.stderr).toContain('--exclude');
      }
      expect(await contentsOf(connection, name)).toEqual(before);
      const run = await embed(folder, '--follow-links');
      expect(run.exitCode).toBe(3);
      expect(run.summary).toMatchObject({ isComplete: false, kept: { examples: ['docs/b.md'] } });
      expect(run.summary.gone).toEqual({ points: 1, files: 1, examples: ['docs/sub/d.md'] });
      expect(await contentsOf(connection, name)).toEqual(before);
    },
  );
});

test('a point that no request can carry is rejected and named, the others are written, and what its file had is kept', async () => {
  writeFiles(folder, { 'r.jsonl': '{"text":"first"}\n{"text":"second"}\n' });
  await embed(folder);
  const large = JSON.stringify({ text: 'second', note: 'x'.repeat(33 * 1024 * 1024) });
  writeFiles(folder, { 'r.jsonl': `{"text":"first, edited"}\n${large}\n` });
  const run = await embed(folder, '--keep-field', 'note');
  expect(run.exitCode).toBe(3);
  expect(run.summary).toMatchObject({ written: 1, rejected: 1, removed: 0, kept: { points: 1 }, isComplete: false });
  expect(run.summary.firstRejects).toMatchObject([{ path: 'r.jsonl', startLine: 2 }]);
});

describe('files that a rule leaves out now', () => {
  test.each<[string, Record<string, string>, string[], string[]]>([
    ['--exclude of a folder', {}, ['--exclude', 'sub'], ['docs/sub/c.md', 'docs/sub/d.md']],
    ['--include', {}, ['--include', 'a.md'], ['docs/b.md', 'docs/sub/c.md', 'docs/sub/d.md']],
    ['.gitignore', { '.gitignore': 'b.md\n' }, [], ['docs/b.md']],
  ])('%s: --prune leaves them, --prune-excluded takes them', async (_title, more, args, left) => {
    writeFiles(folder, more);
    const kept = await embed(folder, '--prune', ...args);
    expect(kept.exitCode).toBe(0);
    expect(kept.summary).toMatchObject({ pruned: 0, gone: nothing, leftOut: { points: left.length } });
    expect(kept.summary.leftOut.examples.toSorted()).toEqual(left);
    expect(await pathsOf(connection, name)).toEqual(expect.arrayContaining(all));
    const taken = await embed(folder, '--prune-excluded', ...args);
    expect(taken.summary).toMatchObject({ pruned: left.length, leftOut: nothing });
    expect((await pathsOf(connection, name)).filter((path) => left.includes(path))).toEqual([]);
    expect((await embed(folder)).summary.isComplete).toBe(true);
  });

  test('all of them are not taken without --allow-prune-all', async () => {
    writeFiles(folder, { 'new.txt': 'New text.' });
    const args = ['--include', '*.txt', '--prune-excluded'];
    const refused = await embed(folder, ...args);
    expect([refused.exitCode, refused.stderr]).toEqual([8, expect.stringContaining('would remove all 4 points')]);
    expect(await pathsOf(connection, name)).toEqual(all);
    expect((await embed(folder, ...args, '--allow-prune-all')).summary.pruned).toBe(4);
  });
});
