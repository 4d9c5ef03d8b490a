/**
 * Completion as people meet it: real shells, a real server.
 */
import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Language, Parser } from 'web-tree-sitter';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { isThere, type Shells, shellsWith } from './shells.ts';

let server: RunningQdrant;
let shells: Shells;

beforeAll(async () => {
  server = await startQdrant({ apiKey: 'secret' });
  shells = shellsWith({ QDRANT_URL: server.url, QDRANT_API_KEY: 'secret' });
  const send = async (method: 'PUT' | 'POST', path: string, body: unknown) => {
    const headers = { 'api-key': 'secret', 'content-type': 'application/json' };
    const { status } = await fetch(`${server.url}${path}`, { method, headers, body: JSON.stringify(body) });
    expect(status).toBe(200);
  };
  for (const name of ['docs__1', 'my%20notes']) await send('PUT', `/collections/${name}`, {});
  const actions = [{ create_alias: { alias_name: 'docs', collection_name: 'docs__1' } }];
  await send('POST', '/collections/aliases', { actions });
  mkdirSync(join(shells.folder, 'guides'));
  writeFileSync(join(shells.folder, 'guides.json'), '');
});
afterAll(() => server.stop());

describe.concurrent('what could stand at the cursor', () => {
  test.for<[string, string[], string[]]>([
    ['a command', ['sear'], ['search\tFind passages by meaning and by words', ':none']],
    [
      'a member of a family',
      ['server', 'st'],
      [
        'start\tStart the local Qdrant, or find it running',
        'stop\tStop the local Qdrant; its data stays',
        'status\tWhether it runs, where, and which binary it is',
        ':none',
      ],
    ],
    [
      'a command after help',
      ['help', 'resto'],
      ['restore\tA backup into staging collections, proven, then switched in', ':none'],
    ],
    ['a flag', ['search', '--min-s'], ['--min-score\tOnly hits whose cosine to the query is at least this', ':none']],
    ['a global flag', ['models', 'list', '--dat'], ['--data-dir\tStorage of the local server', ':none']],
    ['no flag that was typed already', ['search', '--limit', '3', '--limi'], [':none']],
    [
      'a flag that may be repeated',
      ['gc', '--confirm', 'a', '--conf'],
      [
        '--confirm\tDelete what can go of this name, this collection, or this run of a backup (repeatable)',
        '--config\tSettings file instead of the qdx.config.json found upward',
        ':none',
      ],
    ],
    ['no flag behind --', ['search', '--', '--li'], [':none']],
    ['a word of a setting', ['search', '--mode', 'hy'], ['hybrid', ':none']],
    ['a word behind =', ['search', '--mode=hy'], ['--mode=hybrid', ':none']],
    ['a word of a flag', ['backup', '--compress', ''], ['none', 'gzip', ':none']],
    ['a word of an argument', ['mcp', 'config', 'claude-c'], ['claude-code', ':none']],
    ['a format of the command', ['stats', '--format', 'p'], ['prometheus', ':none']],
    ['a model', ['embed', '--model', 'all-M'], ['all-MiniLM-L6-v2', ':folders']],
    ['a collection, by its public name', ['search', 'x', '-c', ''], ['docs', 'my notes', ':none']],
    ['a collection as an argument', ['stats', 'd'], ['docs', ':none']],
    ['a collection of a family that is a command', ['collections', 'delete', 'd'], ['docs', ':none']],
    ['files', ['embed', ''], [':files']],
    ['files for the second of many', ['embed', 'a', ''], [':files']],
    ['folders', ['backup', 'docs', '--to', ''], [':folders']],
    ['nothing for free text', ['embed', '--description', ''], [':none']],
    ['nothing for a query', ['search', 'how do'], [':none']],
    ['nothing where the command takes no more', ['stats', 'docs', ''], [':none']],
    ['nothing of a command that is not there', ['gaet', ''], [':none']],
  ])('%s', async ([, words, answer]) => {
    expect(await shells.ask(...words)).toEqual(answer);
  });
});

describe('a server has no say', () => {
  test.for<[string, string[]]>([
    ['that is not there', ['search', '--url', 'http://127.0.0.1:9', '-c', '']],
    ['that nobody started', ['search', '--data-dir', 'none', '--url', '', '-c', '']],
    ['with a setting that is wrong', ['search', '--timeout-ms', 'soon', '-c', '']],
  ])('%s: nothing, and no word of it', async ([, words]) => {
    const { stdout, stderr, exitCode } = await runQdx(['__complete', 'bash', String(words.length - 1), ...words]);
    expect([stdout, stderr, exitCode]).toEqual([':none\n', '', 0]);
  });

  test('entries of the settings are offered without it', async () => {
    const offline = shellsWith({ QDRANT_URL: 'http://127.0.0.1:9' });
    writeFileSync(join(offline.folder, 'qdx.config.json'), '{"collections":{"code":{"paths":["src"]}}}');
    expect(await offline.ask('embed', '-c', '')).toEqual(['code', ':none']);
  });
});

describe.concurrent('bash', () => {
  test.for<[string[], string[]]>([
    [['sear'], ['search']],
    [['search', '--mode', '=', 'hy'], ['hybrid']],
    [
      ['search', '--mode', '='],
      ['hybrid', 'dense', 'lexical'],
    ],
    [['search', '-c', 'my'], ['my\\ notes']],
    [['search', '-c', '"my'], ['my notes']],
    [
      ['embed', 'gui'],
      ['guides', 'guides.json'],
    ],
    [['backup', '--to', 'gui'], ['guides']],
    [['search', 'anything'], []],
  ])('%j', async ([words, offered]) => {
    expect((await shells.bash(...words)).toSorted()).toEqual(offered.toSorted());
  });
});

test.skipIf(!isThere('zsh'))('zsh, where it is installed', async () => {
  const typed = ['qdx sear', 'qdx search -c my', 'qdx search --mode=hy', 'qdx backup --to gui', 'qdx search --min-s'];
  expect(await shells.zsh(...typed)).toEqual([
    'qdx search ',
    String.raw`qdx search -c my\ notes `,
    'qdx search --mode=hybrid ',
    'qdx backup --to guides/',
    'qdx search --min-score ',
  ]);
});

test.skipIf(!isThere('fish'))('fish, where it is installed', async () => {
  const lines = ['qdx sear', 'qdx search -c ', 'qdx search --mode=hy', 'qdx backup --to=gui', 'qdx embed gui'];
  expect(await Promise.all(lines.map((line) => shells.fish(line)))).toEqual([
    ['search\tFind passages by meaning and by words'],
    ['docs', 'my notes'],
    ['--mode=hybrid'],
    ['--to=guides/\tDirectory'],
    ['guides.json', 'guides/'],
  ]);
});

test('PowerShell: the script is well formed', async () => {
  const require = createRequire(import.meta.url);
  await Parser.init();
  const folder = dirname(require.resolve('@vscode/tree-sitter-wasm/package.json'));
  const parser = new Parser().setLanguage(
    await Language.load(readFileSync(join(folder, 'wasm', 'tree-sitter-powershell.wasm'))),
  );
  const { stdout } = await runQdx(['completion', 'powershell']);
  const tree = parser.parse(stdout);
  expect(tree?.rootNode.hasError).toBe(false);
  expect(parser.parse(stdout.replace('foreach (', 'foreach ('.repeat(2)))?.rootNode.hasError).toBe(true);
});

test('a shell that qdx does not know', async () => {
  const { stderr, exitCode } = await runQdx(['completion', 'powershel']);
  expect([stderr.split('\n')[1], exitCode]).toEqual(['did you mean powershell?', 2]);
});
