/**
 * `qdx search` on a real server with the real built-in model: what is found, and that every filter holds for both lists.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fetchCandidates } from '../../../src/core/retrieval/candidates.ts';
import type { SearchParams } from '../../../src/core/retrieval/params.ts';
import { openTarget } from '../../../src/core/retrieval/target.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryHome } from '../../helpers/run-qdx.ts';
import { type Searching, searchingOn, writeSearchCorpus } from '../../helpers/search-corpus.ts';

const corpus = writeSearchCorpus();
const home = temporaryHome();
let server: RunningQdrant;
let on: Searching;

beforeAll(async () => {
  server = await startQdrant();
  on = searchingOn(server, home);
  for (const name of ['docs', 'code'] as const) {
    const { exitCode, stderr } = await on.qdx(['embed', '-c', name, corpus[name]]);
    if (exitCode !== 0) throw new Error(stderr);
  }
});
afterAll(() => server.stop());

const paths = (found: { hits: readonly { path: string }[] }) => found.hits.map(({ path }) => path);

describe('the right passage comes first', () => {
  test.each([
    ['by meaning', 'docs', 'exchange the secret for a new one', 'guide/encryption.md'],
    ['by words', 'docs', 'configuration PATH binary', 'guide/install.md'],
    ['another matter', 'docs', 'how to bake a loaf', 'kitchen/bread.md'],
    ['an identifier', 'code', 'parseSetCookie', 'lib/cookies/parse.js'],
    ['an identifier squeezed', 'code', 'parsesetcookie', 'lib/cookies/parse.js'],
    ['an identifier in words', 'code', 'parse set cookie', 'lib/cookies/parse.js'],
    ['code by what it does', 'code', 'timer that does not hold the process open', 'lib/timers.js'],
  ])('%s', async (_title, collection, query, path) => {
    expect(paths(await on.search(query, '-c', collection))[0]).toBe(path);
  });

  test.each(['hybrid', 'dense', 'lexical'])('mode %s says so and finds it', async (mode) => {
    const found = await on.search('rotate the encryption key', '-c', 'docs', '--mode', mode);
    expect(found.mode).toBe(mode);
    expect(found.hits[0]).toMatchObject({ path: 'guide/encryption.md', text: expect.stringContaining('## Rotate') });
  });
});

describe('the JSON document', () => {
  const place = z.strictObject({ rank: z.number().int().positive().optional(), score: z.number() });
  const hit = z.strictObject({
    rank: z.number().int().positive(),
    score: z.number(),
    collection: z.string(),
    id: z.union([z.guid(), z.number().int()]),
    path: z.string(),
    startLine: z.number().int(),
    endLine: z.number().int(),
    text: z.string(),
    source: z.string().optional(),
    sourceFile: z.string().optional(),
    sourceId: z.string().optional(),
    language: z.string().optional(),
    subdirectory: z.string().optional(),
    title: z.string().optional(),
    headingPath: z.array(z.string()).optional(),
    symbolPath: z.array(z.string()).optional(),
    cosine: z.number().optional(),
    before: z.array(z.string()).optional(),
    after: z.array(z.string()).optional(),
    groupSize: z.number().int().positive().optional(),
    rerankScore: z.number().optional(),
    stages: z
      .strictObject({
        dense: place.optional(),
        lexical: place.optional(),
        first: place.optional(),
        late: place.optional(),
      })
      .optional(),
    signals: z.record(z.string(), z.number()).optional(),
  });
  const mode = z.enum(['hybrid', 'dense', 'lexical']);
  const document = z.strictObject({
    schemaVersion: z.literal(1),
    query: z.string(),
    mode: z.union([mode, z.literal('mixed')]),
    collections: z.array(
      z.strictObject({
        name: z.string(),
        mode,
        model: z.string().nullable(),
        encoder: z
          .strictObject({
            kind: z.literal('onnx'),
            device: z.literal('cpu'),
            dtype: z.literal('int8'),
            cached: z.boolean(),
          })
          .nullable(),
      }),
    ),
    mergedBy: z.enum(['score', 'rank']),
    hits: z.array(hit),
    numCandidates: z.number(),
    rerankTimeMs: z.number().min(0),
    reranking: z.array(
      z.strictObject({
        kind: z.literal('late'),
        name: z.string(),
        candidates: z.number().int().positive(),
        scored: z.number().int().positive(),
        timeMs: z.number(),
        failures: z.strictObject({}),
      }),
    ),
    timing: z.strictObject({ encodeMs: z.number(), serverMs: z.number(), rankMs: z.number(), totalMs: z.number() }),
  });

  test.each([
    ['as it is', []],
    ['explained', ['--explain']],
    ['with lines around', ['--context', '2']],
    ['by words alone', ['--mode', 'lexical']],
    ['grouped', ['--group-by', 'path']],
  ])('has the documented shape: %s', async (_title, flags) => {
    const found = document.safeParse(await on.search('cookie header', '-c', 'code', ...flags));
    expect(found.error).toBeUndefined();
  });

  test('every documented field is in docs/json-output.md', () => {
    const text = readFileSync(new URL('../../../docs/json-output.md', import.meta.url), 'utf8');
    const fields = [
      ...Object.keys(hit.shape),
      ...Object.keys(document.shape),
      ...Object.keys(document.shape.timing.shape),
    ];
    expect(fields.filter((field) => !text.includes(`\`${field}\``))).toEqual([]);
  });

  test('--explain: cosine and signals add up to the score', async () => {
    const { hits } = await on.search('parse set cookie', '-c', 'code', '--explain');
    for (const { score, cosine = 0, signals = {} } of hits)
      expect(Object.values(signals).reduce((sum, value) => sum + value, cosine)).toBeCloseTo(score, 6);
    expect(hits[0]?.signals).toMatchObject({ definition: expect.any(Number), words: expect.any(Number) });
    expect(hits[0]?.stages).toMatchObject({
      dense: { rank: expect.any(Number) },
      lexical: { rank: expect.any(Number) },
    });
  });
});

describe('filters hold for both lists', () => {
  test.each([
    ['a folder by glob', 'docs', ['--path', 'guide/**'], (path: string) => path.startsWith('guide/')],
    ['a name by glob', 'docs', ['--path', '*.md', '--path', 'x/*'], () => true],
    ['a name anywhere', 'code', ['--path', 'parse.js'], (path: string) => path.endsWith('parse.js')],
    [
      'two globs',
      'docs',
      ['--path', '**/soup.md', '--path', '**/b*.md'],
      (path: string) => /soup|bread|backup/.test(path),
    ],
    ['not these files', 'code', ['--exclude', 'test/**'], (path: string) => !path.startsWith('test/')],
    [
      'both',
      'code',
      ['--path', 'lib/**', '--exclude', '**/index.js'],
      (path: string) => path.startsWith('lib/') && !path.endsWith('index.js'),
    ],
    ['a subdirectory', 'docs', ['--subdirectory', 'kitchen'], (path: string) => path.startsWith('kitchen/')],
    ['a language', 'code', ['--language', 'javascript'], () => true],
    ['a payload value', 'docs', ['--filter', 'source_file=soup.md'], (path: string) => path.endsWith('soup.md')],
    ['not a payload value', 'docs', ['--filter', 'source_file!=soup.md'], (path: string) => !path.endsWith('soup.md')],
    ['a range', 'docs', ['--filter', 'start_line>=5'], () => true],
  ])('%s', async (_title, collection, flags, accepts) => {
    const counts: number[] = [];
    for (const mode of ['hybrid', 'dense', 'lexical']) {
      const found = paths(await on.search('the key soup cookie', '-c', collection, '--mode', mode, ...flags));
      expect(found.filter((path) => !accepts(path))).toEqual([]);
      counts.push(found.length);
    }
    // Words alone may find nothing among the files.
    expect(Math.min(...counts.slice(0, 2))).toBeGreaterThan(0);
  });

  test.each([
    ['--path', '*.rs'],
    ['--subdirectory', 'nowhere'],
    ['--language', 'cobol'],
    ['--filter', 'no_such_key=1'],
  ])('nothing matches %s %s: an answer, not an error', async (...flags) => {
    const { stdout, exitCode } = await on.qdx(['search', 'key', '-c', 'docs', ...flags]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Nothing in docs for "key"');
  });

  test.each([
    ['--subdirectory', 'kitchn', 'no subdirectory of docs is kitchn; there are: kitchen'],
    ['--language', 'markdwn', 'no language of docs is markdwn; there are: markdown'],
  ])('%s %s, which no point has: the values there are, the nearest first', async (flag, value, sentence) => {
    const { stderr, exitCode } = await on.qdx(['search', 'key', '-c', 'docs', flag, value]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(sentence);
  });

  test('a rare file is found although a hundred others rank before it', async () => {
    const found = await on.search(
      'rotate the encryption key',
      '-c',
      'docs',
      '--path',
      'kitchen/**',
      '--candidates',
      '1',
    );
    expect(paths(found).every((path) => path.startsWith('kitchen/'))).toBe(true);
    expect(found.hits.length).toBeGreaterThan(0);
  });

  test('--min-score is a cosine, for hits of either list', async () => {
    const { hits } = await on.search('key', '-c', 'docs', '--min-score', '0.2');
    expect(hits.length).toBeGreaterThan(0);
    expect(hits.every(({ cosine = -1 }) => cosine >= 0.2)).toBe(true);
  });
});

describe('what is shown', () => {
  test.each([
    ['hybrid', []],
    ['dense', ['--mode', 'dense']],
    ['lexical', ['--mode', 'lexical']],
    ['grouped', ['--group-by', 'path']],
    ['two collections', ['-c', 'code']],
    ['explained', ['--explain']],
    ['above a cosine', ['--min-score', '0.05']],
  ])('the first hits are the same whatever the limit: %s', async (_title, flags) => {
    const of = (limit: number) =>
      on.search('the data of a key', '-c', 'docs', '--candidates', '2', '-n', String(limit), ...flags);
    const many = (await of(300)).hits;
    expect(many.length).toBeGreaterThan(2);
    for (const limit of [1, 3]) expect((await of(limit)).hits).toEqual(many.slice(0, limit));
  });

  test('--group-by path: each file once', async () => {
    const { hits } = await on.search('key', '-c', 'docs', '--group-by', 'path');
    expect(new Set(hits.map(({ path }) => path)).size).toBe(hits.length);
    expect(hits[0]).toMatchObject({ path: 'guide/encryption.md', groupSize: expect.any(Number) });
  });

  test('--context: the lines of the file around the hit', async () => {
    const { hits } = await on.search('rotate the key', '-c', 'docs', '-n', '1', '--context', '3');
    const [hit] = hits;
    const lines = readFileSync(join(corpus.docs, 'guide/encryption.md'), 'utf8').split('\n');
    expect(hit?.before).toEqual(lines.slice(Math.max(0, (hit?.startLine ?? 0) - 4), (hit?.startLine ?? 0) - 1));
    expect(hit?.after).toEqual(lines.slice(hit?.endLine, (hit?.endLine ?? 0) + 3));
  });

  test('text: file and lines first; files: paths alone; csv: a header', async () => {
    const run = async (...flags: string[]) =>
      (await on.qdx(['search', 'bake bread', '-c', 'docs', '-n', '1', ...flags])).stdout;
    expect(await run()).toMatch(/^1\. kitchen\/bread\.md:1-3 {2}\d/);
    expect(await run('--format', 'files')).toBe('kitchen/bread.md\n');
    expect(await run('--format', 'csv')).toMatch(/^rank,score,cosine,.*\r\n1,/);
    expect(await run('--format', 'md')).toContain('1. `kitchen/bread.md:1-3`');
    expect(JSON.parse(await run('--format', 'jsonl'))).toMatchObject({ rank: 1, path: 'kitchen/bread.md' });
  });

  test('words that the shell took apart are one query; - reads it from stdin', async () => {
    const whole = await on.search('bake bread', '-c', 'docs');
    expect(paths(await on.search('bake', 'bread', '-c', 'docs'))).toEqual(paths(whole));
    const { stdout } = await on.qdx(['search', '-', '-c', 'docs', '--json'], 'bake bread\n');
    expect(paths(JSON.parse(stdout) as { hits: { path: string }[] })).toEqual(paths(whole));
  });

  test.each([['--exact'], ['--ef', '200']])('%s changes nothing in so small a collection', async (...flags) => {
    expect(paths(await on.search('key', '-c', 'docs', ...flags))).toEqual(paths(await on.search('key', '-c', 'docs')));
  });
});

test('document frequencies are those of the server: ln(1 + (N − n + ½) / (n + ½))', async () => {
  const connection = connectTo(server);
  const params = { mode: 'hybrid', modeIsExplicit: true, exact: true, ef: 64, oversampling: 1 } as SearchParams;
  const places = { cacheFolder: home, findModel: () => Promise.reject(new Error('no model is opened')) };
  const target = await openTarget(connection, 'docs', params, places, {});
  const question = { target, filter: undefined, count: 100, params, vector: new Float32Array(384).fill(0.05) };
  const { candidates, query } = await fetchCandidates(connection, { ...question, query: 'soup zebra' }, {});
  const withSoup = candidates.filter(({ lexical }) => lexical !== undefined).length;
  const idf = (n: number) => Math.log(1 + (candidates.length - n + 0.5) / (n + 0.5));
  expect(query.idf.get('soup')).toBeCloseTo(idf(withSoup), 4);
  expect(query.idf.get('zebra')).toBeCloseTo(idf(0), 4);
  await connection.close();
});
