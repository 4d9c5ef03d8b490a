/**
 * Hits of records: rows of a CSV file, JSON lines, docling. Their text is not the lines of the file.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryHome } from '../../helpers/run-qdx.ts';
import { type Searching, searchingOn } from '../../helpers/search-corpus.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const home = temporaryHome();
const folder = join(temporaryFolder('records'), 'reference');
/** Beyond 2^53: a number of JavaScript would be another id. */
const bigId = '18446744073709551557';
let server: RunningQdrant;
let on: Searching;

beforeAll(async () => {
  server = await startQdrant();
  on = searchingOn(server, home);
  mkdirSync(folder);
  const csv = [
    'code,title,cause,remedy',
    'E101,Key expired,The encryption key is too old,Rotate the key',
    'E102,Disk full,No space is left for snapshots,Remove old snapshots',
    'E103,Bread burnt,The oven was too hot,Bake at 200 degrees',
  ];
  writeFileSync(join(folder, 'errors.csv'), `${csv.join('\n')}\n`);
  const records = [
    `{"id":${bigId},"text":"Kittens sleep\\nmost of\\nthe day."}`,
    '{"id":"tea-1","text":"Tea is brewed\\nwith hot\\nwater."}',
  ];
  writeFileSync(join(folder, 'facts.jsonl'), `${records.join('\n')}\n`);
  await embed('errors', 'errors.csv', ['--id-column', 'code']);
  await embed('facts', 'facts.jsonl', ['--text-field', 'text', '--id-field', 'id']);
});
afterAll(() => server.stop());

async function embed(collection: string, file: string, flags: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await on.qdx(['embed', '-c', collection, join(folder, file), ...flags]);
  if (exitCode !== 0) throw new Error(stderr);
}

describe.each([
  ['a CSV row', 'errors', 'the encryption key is too old', 'errors.csv:2-2', /too old/],
  ['a JSON line', 'facts', 'kittens sleep most of the day', 'facts.jsonl:1-1', /most of/],
])('%s', (_title, collection, query, place, text) => {
  test.each([[[]], [['--full']], [['--context', '2']]])(
    'shows its place, and no numbers of lines %j',
    async (flags) => {
      const { stdout } = await on.qdx(['search', query, '-c', collection, '-n', '1', ...flags]);
      const [head, ...lines] = stdout.trimEnd().split('\n');
      expect(head).toContain(`1. ${place}  `);
      expect(lines.join('\n')).toMatch(text);
      expect(lines.filter((line) => /^ {3,}\d+ {2}/.test(line))).toEqual([]);
      expect(stdout).not.toMatch(/Disk full|Tea is brewed/);
    },
  );

  test('has no lines before and after', async () => {
    const { hits } = await on.search(query, '-c', collection, '-n', '1', '--context', '2');
    expect(hits[0]).toMatchObject({ chunker: 'record' });
    expect(hits[0]).not.toHaveProperty('before');
    expect(hits[0]).not.toHaveProperty('after');
  });
});

describe('the own id of a record', () => {
  test.each([
    ['a u64 beyond 2^53, exact', 'facts', 'kittens', bigId],
    ['a text', 'facts', 'brewing tea', 'tea-1'],
    ['a column', 'errors', 'no space for snapshots', 'E102'],
  ])('%s is sourceId of the hit', async (_title, collection, query, sourceId) => {
    expect((await on.search(query, '-c', collection)).hits[0]).toMatchObject({ sourceId });
    const csv = await on.qdx(['search', query, '-c', collection, '-n', '1', '--format', 'csv']);
    expect(csv.stdout).toContain(`,${sourceId},`);
  });
});
