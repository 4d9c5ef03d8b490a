/**
 * Which collections are searched, and what becomes of those that qdx did not make.
 */
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, spawnQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { type SearchDocument, type Searching, searchingOn, writeSearchCorpus } from '../../helpers/search-corpus.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const corpus = writeSearchCorpus();
const home = temporaryHome();
let server: RunningQdrant;
let connection: Connection;
let on: Searching;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  on = searchingOn(server, home);
  const { exitCode, stderr } = await on.qdx(['embed', '-c', 'docs', corpus.docs]);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

const model = ['--model', 'all-MiniLM-L6-v2'];
const fails = async (...args: string[]) => {
  const { exitCode, stderr, stdout } = await on.qdx(['search', ...args]);
  expect(stderr).not.toContain('    at ');
  expect(stdout).toBe('');
  return { exitCode, stderr };
};

/** A collection with the points of `docs` as somebody else would have made it. */
async function copyDocs(name: string, options: { metadata?: unknown; textKey?: string } = {}): Promise<void> {
  const { metadata, textKey = 'content' } = options;
  const body = { vectors: { size: 384, distance: 'Cosine' }, ...(metadata !== undefined && { metadata }) };
  await connection.request('PUT', `/collections/${name}`, { body });
  const points = [];
  for await (const { id, payload, vectors } of scrollPoints(connection, 'docs', { withVector: ['dense'] })) {
    const { content, ...others } = payload ?? {};
    points.push({ id, vector: vectors?.['dense'], payload: { ...others, [textKey]: content } });
  }
  await connection.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body: { points } });
}

describe('without --collection', () => {
  test('the only one is searched', async () => {
    expect((await on.search('bake bread')).hits[0]?.path).toBe('kitchen/bread.md');
  });
  test('several: an error that lists them; those of the project file come first', async () => {
    await copyDocs('second');
    const { exitCode, stderr } = await fails('bake bread');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there are 2: docs, second');
    const config = join(temporaryFolder(), 'qdx.config.json');
    writeFileSync(config, JSON.stringify({ collections: { docs: {}, planned: {} } }));
    expect((await on.search('bake bread', '--config', config)).collections.map(({ name }) => name)).toEqual(['docs']);
    await connection.request('DELETE', '/collections/second');
  });
});

test('an unknown collection: the nearest name, exit 6', async () => {
  const { exitCode, stderr } = await fails('x', '-c', 'dosc');
  expect(exitCode).toBe(6);
  expect(stderr).toContain('"dosc" is not on');
  expect(stderr).toContain('docs');
});

describe('a collection that qdx did not make', () => {
  beforeAll(() => copyDocs('foreign', { textKey: 'text' }));

  test('needs a model', async () => {
    const { exitCode, stderr } = await fails('bread', '-c', 'foreign');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('has no card');
    expect(stderr).toContain('--model');
  });
  test('with one it is searched by meaning, and what is assumed is said', async () => {
    const { stdout, stderr, exitCode } = await on.qdx(['search', 'bake bread', '-c', 'foreign', ...model, '--json']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('assumed that all-MiniLM-L6-v2 made its vectors');
    expect(stderr).toContain('no bm25 vector');
    const found = JSON.parse(stdout) as SearchDocument;
    expect(found.mode).toBe('dense');
    expect(found.hits[0]).toMatchObject({ path: 'kitchen/bread.md', text: '' });
  });
  test('its own keys by the settings', async () => {
    const config = join(temporaryFolder(), 'qdx.config.json');
    writeFileSync(config, JSON.stringify({ payloadKeys: { content: 'text' } }));
    const { hits } = await on.search('bake bread', '-c', 'foreign', ...model, '--config', config);
    expect(hits[0]?.text).toContain('Knead');
  });
  test.each(['hybrid', 'lexical'])('--mode %s on it is a usage error', async (mode) => {
    const { exitCode, stderr } = await fails('bread', '-c', 'foreign', ...model, '--mode', mode);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('has no bm25 vector');
  });
  test('globs work without an index on the path', async () => {
    const { hits } = await on.search('bake bread', '-c', 'foreign', ...model, '--path', '**/soup.md');
    expect(hits.map(({ path }) => path)).toEqual(['kitchen/soup.md']);
  });
  test('a folder by glob needs no field of qdx', async () => {
    const { hits } = await on.search('bake bread', '-c', 'foreign', ...model, '--path', 'kitchen/**');
    expect(hits.map(({ path }) => path)).toContain('kitchen/bread.md');
  });
  test('searched beside one with words: merged by rank, and it says so', async () => {
    const args = ['search', 'bake bread', '-c', 'docs', '-c', 'foreign', ...model, '--json'];
    const { stdout, stderr } = await on.qdx(args);
    expect(JSON.parse(stdout)).toMatchObject({ mode: 'mixed', mergedBy: 'rank' });
    expect(stderr).toContain('merged by rank');
  });
});

test('two collections of one vector space are one ranking by score', async () => {
  await on.qdx(['embed', '-c', 'more', corpus.code]);
  const found = await on.search('parseSetCookie', '-c', 'docs', '-c', 'more');
  expect(found.mergedBy).toBe('score');
  expect(found.hits[0]).toMatchObject({ collection: 'more', path: 'lib/cookies/parse.js' });
  const scores = found.hits.map(({ score }) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
});

test('an empty collection: an answer, exit 0', async () => {
  await connection.request('PUT', '/collections/empty', { body: { vectors: { size: 384, distance: 'Cosine' } } });
  const { stdout, exitCode } = await on.qdx(['search', 'x', '-c', 'empty', ...model]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Nothing in empty for "x"');
});

test('F19: a card of another vector space is refused, naming the difference', async () => {
  const card = await readCard(connection, 'docs');
  const other = { ...card, sparseName: null, vectorName: '', model: { ...card?.model, pooling: 'cls' } };
  await copyDocs('other-space', { metadata: { qdx: other } });
  const byName = await fails('x', '-c', 'other-space');
  expect(byName.exitCode).toBe(8);
  expect(byName.stderr).toContain('pooling "mean" against "cls"');
  const byFlag = await fails('x', '-c', 'other-space', ...model);
  expect(byFlag.exitCode).toBe(8);
});

test('vectors of another size than the model gives are refused', async () => {
  await connection.request('PUT', '/collections/small', { body: { vectors: { size: 4, distance: 'Cosine' } } });
  const { exitCode, stderr } = await fails('x', '-c', 'small', ...model);
  expect(exitCode).toBe(8);
  expect(stderr).toContain('384');
});

describe('--queries', () => {
  const file = join(temporaryFolder(), 'queries.jsonl');
  beforeAll(() => {
    const lines = [
      { id: 'a', query: 'bake bread' },
      { id: 'b', query: '' },
      { id: 3, query: 'rotate the key' },
      { id: 'd' },
    ].map((line) => JSON.stringify(line));
    writeFileSync(file, [...lines, '{broken', JSON.stringify({ id: 'f', query: 'soup' })].join('\n'));
  });

  test('- reads them from stdin; a line that is no object says so', async () => {
    const env = { QDRANT_URL: server.url };
    const args = ['search', '--queries', '-', '-c', 'docs', '--format', 'jsonl'];
    const { stdout, exitCode } = await runQdx(args, { home, env, input: '{"id":1,"query":"bake bread"}\n[3]\n' });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect([exitCode, answers]).toMatchObject([3, [{ id: 1 }, { error: { message: 'line 2: it is no JSON object' } }]]);
  });

  test('one line a query in the order of the input; a failed one has an error and no hits; exit 3', async () => {
    const { stdout, exitCode } = await on.qdx([
      'search',
      '--queries',
      file,
      '-c',
      'docs',
      '--format',
      'jsonl',
      '-n',
      '1',
    ]);
    expect(exitCode).toBe(3);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ id, error }) => [id, error !== undefined])).toEqual([
      ['a', false],
      ['b', true],
      [3, false],
      ['d', true],
      [null, true],
      ['f', false],
    ]);
    expect(lines[0]).toMatchObject({
      query: 'bake bread',
      hits: [{ path: 'kitchen/bread.md' }],
      timing: { totalMs: expect.any(Number) },
    });
    expect(lines[1]).not.toHaveProperty('hits');
  });

  test('answers as single searches do', async () => {
    const { stdout } = await on.qdx(['search', '--queries', file, '-c', 'docs', '--format', 'jsonl']);
    const [first] = stdout.split('\n').map((line) => (line === '' ? null : (JSON.parse(line) as { hits: unknown })));
    expect(first?.hits).toEqual((await on.search('bake bread', '-c', 'docs')).hits);
  });

  test('as text with --full and --explain', async () => {
    const flags = ['--full', '--explain', '-n', '1', '--format', 'text'];
    const { stdout } = await on.qdx(['search', '--queries', file, '-c', 'docs', ...flags]);
    const single = await on.qdx(['search', 'rotate the key', '-c', 'docs', ...flags]);
    expect(stdout).toContain('[a] bake bread');
    expect(stdout).toContain(`[3] rotate the key\n${single.stdout.trimEnd()}`);
    expect(single.stdout).toMatch(/cosine 0\.\d+/);
  });

  test.each(['json', 'csv', 'md', 'files'])('has no format %s', async (format) => {
    expect((await fails('--queries', file, '-c', 'docs', '--format', format)).exitCode).toBe(2);
  });

  test('a file that is not there: exit 6', async () => {
    expect((await fails('--queries', '/nowhere.jsonl', '-c', 'docs', '--format', 'jsonl')).exitCode).toBe(6);
  });

  test('F38: a reader that goes away early ends it quietly with 0', async () => {
    const many = join(temporaryFolder(), 'many.jsonl');
    const line = (_: unknown, id: number) => JSON.stringify({ id, query: 'bake bread' });
    writeFileSync(many, Array.from({ length: 500 }, line).join('\n'));
    const env = { QDRANT_URL: server.url };
    const child = spawnQdx(['search', '--queries', many, '-c', 'docs', '--format', 'jsonl'], { home, env });
    child.stdout?.once('data', () => child.stdout?.destroy());
    let talk = '';
    child.stderr?.on('data', (chunk) => (talk += String(chunk)));
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, talk }).toEqual({ code: 0, talk: '' });
  });
});
