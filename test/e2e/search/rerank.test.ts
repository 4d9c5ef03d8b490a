/**
 * `qdx search --rerank` on a real collection: a cross-encoder of random weights, alone and behind late interaction, and an
 * endpoint that the test plays (no language model can be had where qdx is tested).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crossEncoderFolder } from '../../helpers/cross-encoder.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryHome } from '../../helpers/run-qdx.ts';
import { type Searching, searchingOn, writeSearchCorpus } from '../../helpers/search-corpus.ts';
import { startStubServer } from '../../helpers/stub-server.ts';

const corpus = writeSearchCorpus();
const model = crossEncoderFolder();
let server: RunningQdrant;
let on: Searching;

beforeAll(async () => {
  server = await startQdrant();
  on = searchingOn(server, temporaryHome());
  const { exitCode, stderr } = await on.qdx(['embed', '-c', 'docs', corpus.docs]);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(async () => server.stop());

const cross = ['--cross-model', model];
const query = 'rotate the key';

describe('a cross-encoder', () => {
  test('orders the hits by its own score, and each tells every stage', async () => {
    const plain = await on.search(query, '--rerank', 'off');
    const { hits, numCandidates, rerankTimeMs, reranking } = await on.search(
      query,
      '--rerank',
      'cross',
      ...cross,
      '--explain',
    );
    expect(numCandidates).toBe(plain.numCandidates);
    expect(reranking).toMatchObject([
      { kind: 'cross', name: model, candidates: numCandidates, scored: numCandidates, failures: {} },
    ]);
    expect(rerankTimeMs).toBeCloseTo(reranking[0]?.timeMs ?? 0);
    expect(hits.map(({ id }) => id).toSorted()).toStrictEqual(plain.hits.map(({ id }) => id).toSorted());
    const scores = hits.map(({ rerankScore }) => rerankScore);
    expect(scores).toStrictEqual(scores.toSorted((a, b) => (b ?? 0) - (a ?? 0)));
    for (const [at, { id, rank, score, rerankScore, stages }] of hits.entries()) {
      const before = plain.hits.find((hit) => hit.id === id);
      expect(rank).toBe(at + 1);
      expect(score).toBeCloseTo(before?.score ?? 0, 6);
      expect(stages).toMatchObject({ first: { rank: before?.rank }, cross: { rank, score: rerankScore } });
    }
  });

  test('a chain: late interaction over all, the cross-encoder on the best of it', async () => {
    const { hits, reranking } = await on.search(
      query,
      '--rerank',
      'late,cross',
      '--rerank-cascade',
      '2',
      ...cross,
      '--explain',
    );
    expect(reranking).toMatchObject([{ kind: 'late' }, { kind: 'cross', candidates: 2, scored: 2 }]);
    expect(hits.map(({ stages }) => stages?.['cross']?.rank)).toStrictEqual([
      1,
      2,
      ...hits.slice(2).map(() => undefined),
    ]);
    expect(hits.slice(2).map(({ stages }) => stages?.['late']?.rank)).toStrictEqual(
      hits.slice(2).map((_, at) => at + 3),
    );
  });

  test('what a limit shows of the order does not change it, and text names the stages', async () => {
    const all = await on.search(query, '--rerank', 'cross', ...cross);
    const { stdout, exitCode } = await on.qdx(['search', query, '-n', '1', '--rerank', 'cross', '--explain', ...cross]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`1. ${all.hits[0]?.path}`);
    expect(stdout.split('\n')[0]).toContain(`  ${all.hits[0]?.rerankScore?.toFixed(3)}`);
    expect(stdout).toMatch(/before reranking -?[\d.]+ \(#\d+\) · cross -?[\d.]+ \(#1\)/);
  });
});

describe('an endpoint', () => {
  test('that orders lists: the answer counts, and where the texts go is said once', async () => {
    const chat = await startStubServer({ body: { choices: [{ message: { content: '[2] > [1]' } }] } });
    const { stdout, stderr, exitCode } = await on.qdx([
      'search',
      query,
      '--json',
      '--rerank',
      'listwise',
      '--rerank-url',
      chat.url,
      '--rerank-depth',
      '2',
    ]);
    await chat.close();
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`sends the query and the texts of up to 2 candidates to ${chat.url}/v1/chat/completions`);
    expect(JSON.parse(stdout)).toMatchObject({ reranking: [{ kind: 'listwise', scored: 2, requests: 1 }] });
    expect(chat.requests).toHaveLength(1);
  });

  test('that is not there ends the search, or lets the one that is named take its place', async () => {
    const gone = await startStubServer({});
    await gone.close();
    const there = ['--rerank', 'endpoint', '--rerank-url', gone.url];
    const failed = await on.qdx(['search', query, ...there]);
    expect([failed.exitCode, failed.stdout]).toStrictEqual([5, '']);
    expect(failed.stderr).toContain('cannot be reached');
    const { stdout, stderr, exitCode } = await on.qdx([
      'search',
      query,
      '--json',
      ...there,
      '--rerank-fallback',
      'cross',
      ...cross,
    ]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('cross took the place of endpoint');
    expect(JSON.parse(stdout)).toMatchObject({ reranking: [{ kind: 'endpoint', by: { kind: 'cross', name: model } }] });
  });

  test('on another machine: refused before anything is sent', async () => {
    const { stderr, exitCode } = await on.qdx([
      'search',
      query,
      '--rerank',
      'endpoint',
      '--rerank-url',
      'https://rerank.example.com',
    ]);
    expect(exitCode).toBe(8);
    expect(stderr).toContain('--allow-remote-text');
  });
});
