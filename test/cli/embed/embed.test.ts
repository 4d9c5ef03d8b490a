/**
 * `qdx embed` on bad input: one sentence, the exit code, nothing done. No server is needed for any of it.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusFolder } from '../../helpers/embed-corpus.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const folder = corpusFolder({ 'a.md': '# A\n\nSome text.\n' });

describe('usage', () => {
  test.each([
    ['no destination', [folder], 2, 'where to?', '--collection docs'],
    ['two destinations', [folder, '--out', 'a', '--chunks-out', 'b'], 2, 'are two runs', ''],
    ['--prune into a file', [folder, '--out', 'a', '--prune'], 2, '--prune removes points of a collection', ''],
    ['no paths', ['--out', 'v.jsonl'], 2, 'there is nothing to embed', 'qdx.config.json'],
    ['a path that is not there', ['nowhere', '--out', 'v.jsonl'], 6, 'cannot embed nowhere: there is no such file', ''],
    ['a name beyond all limits', ['x'.repeat(300), '--out', 'v.jsonl'], 6, 'the name is longer than names can be', ''],
    [
      '--prune-excluded into a file',
      [folder, '--out', 'a', '--prune-excluded'],
      2,
      '--prune removes points of a coll',
      '',
    ],
    ['a shard without a run', [folder, '--out', 'v', '--shard', '1/2'], 2, '--shard needs --run', '--run'],
    [
      'a shard beyond its number',
      [folder, '--out', 'v', '--shard', '3/2', '--run', 'r'],
      2,
      '--shard 3/2 is not a shard',
      '',
    ],
    ['a shard 0', [folder, '--out', 'v', '--shard', '0/2', '--run', 'r'], 2, '--shard 0/2 is not a shard', ''],
    [
      'a model that is not here',
      [folder, '--out', 'v', '--model', 'no/such'],
      6,
      'the model no/such is not on this machine',
      'qdx models',
    ],
    ['a form that is none', [folder, '--out', 'v', '--vector-format', 'hex'], 2, '--vector-format', ''],
    [
      'the preset code without its model',
      [folder, '--out', 'v', '--preset', 'code'],
      6,
      'CodeRankEmbed',
      'all-MiniLM-L6-v2',
    ],
  ])('%s', async (_title, args, exitCode, message, hint) => {
    const run = await runQdx(['embed', ...args]);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(hint);
    expect(run.stderr).not.toMatch(/^\s+at /m);
    expect([run.exitCode, run.stdout]).toEqual([exitCode, '']);
  });

  test('without a destination the collections of the project file are named', async () => {
    const home = temporaryHome();
    const config = { collections: { handbook: { paths: ['docs'] }, code: { paths: ['src'] } } };
    writeFileSync(join(home, 'work', 'qdx.config.json'), JSON.stringify(config));
    const run = await runQdx(['embed'], { home });
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('handbook, code')]);
  });
});

describe('nothing to embed is an error with its reasons', () => {
  test.each([
    ['an empty folder', {}, 'there are no files'],
    ['binary files alone', { 'a.bin': 'a\u0000b\u0000' }, '1 binary'],
    ['secrets alone', { '.env': 'KEY=1\n' }, '1 may hold secrets'],
    ['empty files alone', { 'a.md': ' \n' }, '1 empty or only white space'],
  ])('%s', async (_title, files, reason) => {
    const run = await runQdx(['embed', corpusFolder(files), '--out', 'v.jsonl']);
    expect([run.exitCode, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain('there is nothing to embed in');
    expect(run.stderr).toContain(reason);
  });
});

describe('F43: what was asked for may not be read: 7, however it was named', () => {
  const root = corpusFolder({ 'closed.md': '# A\n', 'b.bin': 'a\u0000b\u0000', 'closed/c.md': '# C\n' });
  const home = temporaryHome();
  for (const open of [root, home])
    for (let at = open; at.startsWith(tmpdir()) && at !== tmpdir(); at = dirname(at)) chmodSync(at, 0o755);
  for (const closed of ['closed.md', 'closed']) chmodSync(join(root, closed), 0);
  const other = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  test.each([
    ['a file', [join(root, 'closed.md')]],
    ['a folder', [join(root, 'closed')]],
    ['a file in a folder', [root, '--include', 'closed.md']],
    ['beside what is not text', [root]],
  ])('%s', async (_title, args) => {
    const run = await runQdx(['embed', ...args, '--dry-run', '--out', 'v.jsonl'], { home, ...other });
    expect([run.exitCode, run.stderr]).toEqual([7, expect.stringContaining('not readable')]);
  });
});

describe('output', () => {
  test('text adds up and names the next command', async () => {
    const run = await runQdx(['embed', folder, '--out', 'my vectors.jsonl']);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/^wrote 1 record to my vectors\.jsonl\n/);
    expect(run.stdout).toContain('chunks    1 = 0 unchanged + 0 from the cache + 1 embedded');
    expect(run.stdout).toContain("next      qdx upload 'my vectors.jsonl' --collection");
  });

  test('F37: a hostile file name is inert in text and exact in JSON', async () => {
    const hostile = corpusFolder({ 'ok.md': 'text', '\u001B[31mred.bin': 'a\u0000b' });
    const json = await runQdx(['embed', hostile, '--out', 'v.jsonl', '--json']);
    const { skipped } = JSON.parse(json.stdout) as { skipped: { binary: { examples: string[] } } };
    expect(skipped.binary.examples).toEqual(['\u001B[31mred.bin']);
  });

  test('columns of a table are chosen by flags', async () => {
    const table = corpusFolder({ 'rows.csv': 'key,note,kind\nk1,First row,x\nk2,Second row,y\n' });
    const home = temporaryHome();
    mkdirSync(join(home, 'out'));
    const args = [
      '--text-column',
      'note',
      '--id-column',
      'key',
      '--keep-column',
      'kind',
      '--chunks-out',
      join(home, 'out', 'c.jsonl'),
    ];
    const run = await runQdx(['embed', table, ...args, '--json'], { home });
    expect(JSON.parse(run.stdout)).toMatchObject({ chunks: 2, filesByReader: { csv: 1 } });
  });
});
