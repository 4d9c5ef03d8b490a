/**
 * Late interaction on a real server with the real built-in model: bits that were stored when the collection was embedded, bits that
 * are missing, damaged or another model's, and a collection that keeps none.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { searchParams } from '../../../src/commands/search/flags.ts';
import { settingsSchema } from '../../../src/core/config/schema.ts';
import { findModel } from '../../../src/core/models/find-model.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { createSearcher } from '../../../src/core/retrieval/search.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryHome } from '../../helpers/run-qdx.ts';
import { type Searching, searchingOn, writeSearchCorpus } from '../../helpers/search-corpus.ts';

const corpus = writeSearchCorpus();
const home = temporaryHome();
let server: RunningQdrant;
let connection: Connection;
let on: Searching;

const run = async (...args: readonly string[]) => {
  const done = await on.qdx(args);
  if (done.exitCode !== 0) throw new Error(done.stderr);
  return done;
};

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  on = searchingOn(server, home);
  await run('embed', '-c', 'docs', corpus.docs);
  await run('embed', '-c', 'plain', '--no-token-vectors', corpus.docs);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

const query = 'what happens to old data when the key changes';
const idsOf = async (collection: string) => {
  const found: { id: string | number | bigint; payload: Readonly<Record<string, unknown>> }[] = [];
  for await (const { id, payload } of scrollPoints(connection, collection)) found.push({ id, payload: payload ?? {} });
  return found;
};
const setPayload = (collection: string, ids: readonly unknown[], value: unknown) =>
  connection.request('POST', `/collections/${collection}/points/payload`, {
    query: { wait: true },
    body: { payload: { token_vectors: value }, points: ids },
  });

describe('a collection that keeps token vectors', () => {
  test('every point has its bits, 48 bytes for four tokens, and the card says how', async () => {
    const points = await idsOf('docs');
    for (const { payload } of points) {
      const { rows, window, encoding, data } = payload['token_vectors'] as Record<string, unknown>;
      expect({ window, encoding }).toEqual({ window: 4, encoding: 'sign' });
      expect(Buffer.from(String(data), 'base64')).toHaveLength(Number(rows) * 48);
    }
  });

  test('is reranked by default, and every hit tells its first rank and the late one', async () => {
    const found = await on.search(query, '-c', 'docs', '--explain');
    expect(found.reranking).toEqual([
      expect.objectContaining({ kind: 'late', scored: found.numCandidates, failures: {} }),
    ]);
    expect(found.hits[0]).toMatchObject({
      path: 'guide/encryption.md',
      stages: { first: { rank: expect.any(Number) }, late: { rank: 1, score: expect.any(Number) } },
    });
    const scores = found.hits.map(({ rerankScore = Number.NaN }) => rerankScore);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test('the bits stay out of what a hit shows', async () => {
    const { stdout } = await run('search', query, '-c', 'docs', '--json', '--context', '3');
    expect(stdout).not.toContain('token_vectors');
  });

  test('--rerank off leaves the first stage alone', async () => {
    const found = await on.search(query, '-c', 'docs', '--rerank', 'off');
    expect(found).toMatchObject({ reranking: [], rerankTimeMs: 0 });
  });

  test('a search by words says that it could not be reranked', async () => {
    const found = await on.search('key', '-c', 'docs', '--mode', 'lexical', '--rerank', 'late');
    expect(found.reranking).toMatchObject([
      { scored: 0, notes: [expect.stringContaining('not made by vectors of a model')] },
    ]);
  });

  test('nothing is embedded again, and verify finds bits and all in the vectors file', async () => {
    const again = await run('embed', '-c', 'docs', corpus.docs, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ embedded: 0, written: 0 });
    const file = join(home, 'vectors.jsonl');
    await run('embed', '--out', file, corpus.docs);
    await run('upload', file, '-c', 'uploaded');
    await run('verify', 'uploaded', '--against', file);
    expect((await on.search(query, '-c', 'uploaded')).reranking).toMatchObject([{ kind: 'late', failures: {} }]);
    const [first] = await idsOf('uploaded');
    await setPayload('uploaded', [first?.id], { rows: 1 });
    const differs = await on.qdx(['verify', 'uploaded', '--against', file]);
    expect(differs.exitCode).not.toBe(0);
  });
});

describe('bits that cannot be used are said, and their points keep their place', () => {
  test.each([
    ['damaged', (good: Record<string, unknown>) => ({ ...good, data: 'AAAA' })],
    ['foreign', (good: Record<string, unknown>) => ({ ...good, space: '0123456789abcdef' })],
    ['missing', () => null],
  ])('F: %s', async (reason, spoil) => {
    const points = await idsOf('docs');
    const [first, second] = points;
    if (!first || !second) throw new Error('the corpus is empty');
    const good = first.payload['token_vectors'] as Record<string, unknown>;
    const goodOfSecond = second.payload['token_vectors'];
    await setPayload('docs', [first.id, second.id], spoil(good));
    const found = await on.search(query, '-c', 'docs', '-n', '50', '--explain');
    const [stage] = found.reranking;
    expect(stage).toMatchObject({ scored: points.length - 2, failures: { [reason]: 2 } });
    expect(stage?.notes?.[0]).toContain(`2 ${reason} of ${points.length}; 0 made`);
    const unscored = found.hits.filter(({ rerankScore }) => rerankScore === undefined);
    expect(unscored.map(({ id }) => id).toSorted()).toEqual([first.id, second.id].map(String).toSorted());
    await setPayload('docs', [first.id], good);
    await setPayload('docs', [second.id], goodOfSecond);
  });

  test('the next embed run writes them anew', async () => {
    const [first] = await idsOf('docs');
    const good = first?.payload['token_vectors'];
    await setPayload('docs', [first?.id], null);
    const again = await run('embed', '-c', 'docs', corpus.docs, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ written: 1, embedded: 0 });
    const [mended] = await idsOf('docs');
    expect(mended?.payload['token_vectors']).toEqual(good);
  });
});

describe('a collection that keeps none', () => {
  test('is not reranked by default', async () => {
    expect((await on.search(query, '-c', 'plain')).reranking).toEqual([]);
  });

  test('--rerank late encodes its candidates within the budget, and finds them in the cache the next time', async () => {
    rmSync(join(home, 'cache', 'qdx', 'vectors'), { recursive: true, force: true });
    const stored = await on.search(query, '-c', 'docs', '-n', '50');
    const none = await on.search(query, '-c', 'plain', '--rerank', 'late', '--late-budget-ms', '0');
    expect(none.reranking).toMatchObject([{ scored: 0, failures: { missing: none.numCandidates } }]);
    const computed = await on.search(query, '-c', 'plain', '-n', '50', '--rerank', 'late', '--late-budget-ms', '60000');
    expect(computed.hits.map(({ path, startLine }) => [path, startLine])).toEqual(
      stored.hits.map(({ path, startLine }) => [path, startLine]),
    );
    expect(computed.hits[0]?.rerankScore).toBeCloseTo(stored.hits[0]?.rerankScore ?? 0, 6);
    const cached = await on.search(query, '-c', 'plain', '--rerank', 'late', '--late-budget-ms', '0');
    expect(cached.reranking).toMatchObject([{ scored: cached.numCandidates }]);
  });

  test('--token-vectors adds them', async () => {
    await run('embed', '-c', 'plain', '--token-vectors', corpus.docs);
    expect((await on.search(query, '-c', 'plain')).reranking).toMatchObject([{ kind: 'late', failures: {} }]);
  });

  test('a weight that differs from the default reaches what late interaction counts anew', async () => {
    const pieces = (await idsOf('plain')).filter(({ payload }) => payload['source_path'] === 'guide/encryption.md');
    await connection.request('POST', '/collections/plain/points/payload', {
      query: { wait: true },
      body: { payload: { heading_path: ['One section'] }, points: pieces.map(({ id }) => id) },
    });
    const settings = settingsSchema.parse({});
    const params = searchParams({}, { settings, origins: {} }, ['plain']);
    const places = { cacheFolder: home, findModel: (name: string) => findModel(name, { cacheFolder: home }) };
    const sumBy = async (section: number) => {
      const searcher = await createSearcher(connection, { ...params, limit: 50, weights: { section } }, places);
      const { hits } = await searcher.search(query);
      await searcher.close();
      return hits.reduce((sum, { rerankScore = Number.NaN }) => sum + rerankScore, 0);
    };
    // The second piece makes room once, the third twice, and so on.
    const times = (pieces.length * (pieces.length - 1)) / 2;
    expect(times).toBeGreaterThan(0);
    expect((await sumBy(0)) - (await sumBy(0.3))).toBeCloseTo(0.3 * times, 6);
  });
});
