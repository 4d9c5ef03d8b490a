/**
 * Bad input to commands as they ship: one sentence, what to type next, the documented exit code, and nothing on stdout. None of
 * these needs a server; those that do have their place in test/e2e.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const home = temporaryHome();
const dead = ['--url', 'http://127.0.0.1:9', '--retries', '0'];

beforeAll(() => {
  const work = join(home, 'work');
  mkdirSync(join(work, 'folder'));
  writeFileSync(join(work, 'empty.jsonl'), '');
  writeFileSync(join(work, 'queries.jsonl'), '{"id":1,"query":"keys","relevant":["a.md"]}\n');
  writeFileSync(join(work, 'notes.md'), '# Keys\n');
});

/** Line for line: words, exit code, the sentence, the hint. */
const mistakes: readonly (readonly [string, number, string | RegExp, string | RegExp])[] = [
  ['-- search', 2, 'qdx needs a command in front of --', 'see qdx --help'],
  [
    'upload notes.md',
    2,
    'qdx upload needs --collection <name>',
    /^for example: qdx upload .* \(more: qdx upload --help\)$/,
  ],
  ['completion tcsh', 2, /^shell: expected one of bash, zsh, fish, powershell, got "tcsh"$/, 'did you mean bash?'],
  ['collections list', 2, "unknown command 'list'", 'qdx collections alone, or with adopt, rename, delete'],
  ['search x --limit 0', 2, '--limit: expected a whole number from 1 to 1000, got 0', 'see qdx search --help'],
  ['search x --limit 1e20', 2, /from 1 to 1000, got 100000000000000000000$/, 'see qdx search --help'],
  ['search x --mode fuzzy', 2, /^--mode: expected one of hybrid, dense, lexical/, 'see qdx search --help'],
  ['search x --url http://127.0.0.1:99999', 2, /^--url: expected a URL such as/, 'see qdx search --help'],
  ['search x -c a/b', 2, /^"a\/b" cannot be the name of a collection/, /qdx collections/],
  ['search x -c ', 2, /^"" cannot be the name of a collection/, /qdx collections/],
  ['search x', 5, /^http:\/\/127\.0\.0\.1:9 refuses the connection/, /start that server/],
  ['upload none -c docs --model all-MiniLM-L6-v2', 6, 'there is no file none', 'see what is there: ls .'],
  ['upload folder -c docs', 2, 'folder is a folder, not a file', 'name a file'],
  ['upload empty.jsonl -c docs', 2, 'empty.jsonl is empty', /make it again/],
  ['embed note.md -c docs', 6, /^cannot embed note\.md: /, 'did you mean notes.md?'],
  ['watch foldr -c docs', 6, /^cannot embed foldr: /, 'did you mean folder?'],
  ['embed notes.md --out folder', 2, 'cannot write folder: it is a folder', 'name a file'],
  ['embed notes.md --out none/v.jsonl', 6, /its folder does not exist$/, /mkdir -p/],
  ['embed notes.md -c docs --source ', 2, /^--source is empty/, /leave it out/],
  ['embed notes.md -c docs --on modal', 2, /^--on "modal"/, /^qdx embed .* --on kaggle --kaggle-account <name>/],
  [
    'embed notes.md -c docs --model endpoint:http://h:1/v1',
    2,
    /^endpoint:http.* names an address/,
    /--endpoint http:\/\/h:1\/v1$/,
  ],
  [
    'models download ./folder',
    2,
    /^".\/folder" is no repository/,
    'a folder needs no download: qdx verify-model ./folder',
  ],
  ['bench load --starter --users 0', 2, /^--users: expected whole numbers/, 'see qdx bench load --help'],
  ['bench search --starter --out notes.md', 2, 'cannot write notes.md: it is a file', 'choose another folder'],
  ['bench search --starter --save-baseline none/b.json', 6, /^cannot write none\/b\.json: its folder/, /mkdir -p/],
  ['bench judge --queries queries.jsonl --out folder', 2, 'cannot write folder: it is a folder', 'name a file'],
  ['bench embed --gpu-per-hour 1', 2, '--gpu-per-hour belongs to --compare', /--compare local,endpoint/],
  ['mcp --port 8000', 2, '--port belongs to --http', /^qdx mcp --http --port/],
  ['mcp config cursor --http --allow-write', 2, /^--allow-write is for the server/, 'qdx mcp --http --allow-write'],
  ['stats --api-key-file notes.m', 6, /^there is no API key file .*notes\.m$/, /^did you mean .*notes\.md\?$/],
  ['verify-model all-MiniLM-L6-v2 --reference none', 6, 'there is no reference none', 'see what is there: ls .'],
];

describe('bad input ends in one sentence and the next thing to type', () => {
  test.concurrent.for(mistakes)('qdx %s: %i', async ([line, exitCode, sentence, hint]) => {
    const run = await runQdx([...line.split(' '), ...(line.includes('--url') || line.startsWith('--') ? [] : dead)], {
      home,
    });
    const [said = '', next = '', ...more] = run.stderr.trimEnd().split('\n');
    expect([said, next]).toEqual([textOf(sentence, 'error: '), textOf(hint)]);
    expect({ more, stdout: run.stdout, exitCode: run.exitCode }).toEqual({ more: [], stdout: '', exitCode });
  });
});

/** As it stands, or as a pattern of what follows `before`. */
const textOf = (expected: string | RegExp, before = ''): unknown =>
  typeof expected === 'string'
    ? before + expected
    : expect.stringMatching(new RegExp(expected.source.replace(/^\^/, `^${before}`)));
