/**
 * Reranking by the common HTTP shape, against a service that the test plays: none can be had where qdx is tested.
 */
import { afterEach, expect, test } from 'vitest';
import type { Reranker } from '../../../src/core/retrieval/rerank/port.ts';
import { openRerankEndpoint } from '../../../src/core/retrieval/rerank/remote/endpoint.ts';
import type { RemoteParams } from '../../../src/core/retrieval/rerank/remote/remote-params.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { rerankCandidates, rerankParams } from '../../helpers/rerank-params.ts';
import { startStubServer, type StubAnswer, type StubRequest, type StubServer } from '../../helpers/stub-server.ts';

const textsOf = ({ body }: StubRequest): string[] => {
  const { documents, texts } = JSON.parse(body) as { documents?: string[]; texts?: string[] };
  return documents ?? texts ?? [];
};
const numberOf = (text: string): number => Number(/\d+/.exec(text)?.[0]);

/** Larger numbers are better; the answer is sorted by score, as those services sort it. */
const cohere = (request: StubRequest): StubAnswer => ({
  body: {
    results: textsOf(request)
      .map((text, index) => ({ index, relevance_score: numberOf(text) / 100 }))
      .toSorted((a, b) => b.relevance_score - a.relevance_score),
  },
});
const textEmbeddingsInference = (request: StubRequest): StubAnswer => ({
  body: textsOf(request).map((text, index) => ({ index, score: numberOf(text) / 100 })),
});

let server: StubServer;
let reranker: Reranker;
afterEach(async () => {
  await reranker.close();
  await server.close();
});

async function open(answer: StubAnswer | ((request: StubRequest) => StubAnswer), remote: Partial<RemoteParams> = {}) {
  server = await startStubServer(answer);
  const events: QdxEvent[] = [];
  const onEvent = (event: QdxEvent) => void events.push(event);
  const places = { cacheFolder: '', findModel: () => Promise.reject(new Error('none')) };
  const params = rerankParams({ ...remote, url: `${server.url}${remote.url ?? ''}` });
  reranker = await openRerankEndpoint({ params, places }, { onEvent });
  const rerank = (count: number) => reranker.rerank('q', rerankCandidates(count), { onEvent });
  return { rerank, said: () => events.flatMap((event) => (event.type === 'warning' ? event.message : [])) };
}

test.each([
  ['Cohere, Jina, vLLM, llama.cpp', cohere, { url: '/v1', model: 'm' }, '/v1/rerank', 'documents'],
  ['the whole address', cohere, { url: '/v2/rerank' }, '/v2/rerank', 'documents'],
  ['text-embeddings-inference', textEmbeddingsInference, { textsField: 'texts' }, '/rerank', 'texts'],
] as const)('%s', async (_what, answer, remote, path, field) => {
  const { rerank, said } = await open(answer, remote);
  const { order, scored, failures, requests } = await rerank(70);
  expect(order.slice(0, 2)).toStrictEqual([
    { index: 69, score: 0.69 },
    { index: 68, score: 0.68 },
  ]);
  expect([scored, failures, requests, said()]).toStrictEqual([70, {}, 3, []]);
  expect(server.requests.map((request) => request.path)).toStrictEqual([path, path, path]);
  const bodies = server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown[]>);
  expect(bodies.map((body) => body[field]?.length ?? 0).toSorted((a, b) => b - a)).toStrictEqual([32, 32, 6]);
  expect(bodies[0]).toMatchObject({ query: 'q', ...('model' in remote && { model: 'm' }) });
});

test('a batch that fails leaves its candidates in their places', async () => {
  const { rerank, said } = await open(
    (request) => (textsOf(request).includes('text 0') ? { status: 500 } : cohere(request)),
    { batchSize: 2 },
  );
  const { order, scored, failures } = await rerank(6);
  expect(order.map(({ index }) => index)).toStrictEqual([0, 1, 5, 4, 3, 2]);
  expect([scored, failures]).toStrictEqual([4, { serverError: 2 }]);
  expect(said()).toStrictEqual([
    '2 of 6 candidates have no score of the endpoint (serverError 2): they keep their places',
  ]);
});

test.each<[string, unknown, object, number[]]>([
  [
    'missing and doubled',
    {
      results: [
        { index: 2, relevance_score: 1 },
        { index: 2, relevance_score: 9 },
        { index: 0, relevance_score: 0.5 },
      ],
    },
    { missing: 1 },
    [2, 1, 0],
  ],
  [
    'out of range',
    [
      { index: 2, score: 3 },
      { index: 1, score: 2 },
      { index: 0, score: 1 },
      { index: 7, score: 9 },
    ],
    { outOfRange: 1 },
    [2, 1, 0],
  ],
  ['no numbers', { results: [{ index: 0, relevance_score: 'high' }] }, { malformed: 3 }, [0, 1, 2]],
  ['another shape', { ranking: [2, 1, 0] }, { malformed: 3 }, [0, 1, 2]],
  [
    'one and the same score, as of a model without its head',
    [0, 1, 2].map((index) => ({ index, score: 1e-23 })),
    { uniform: 3 },
    [0, 1, 2],
  ],
])('an answer with %s loses nothing and is counted', async (_what, body, failures, ids) => {
  const { rerank } = await open({ body });
  const result = await rerank(3);
  expect(result.order.map(({ index }) => index)).toStrictEqual(ids);
  expect(result.failures).toStrictEqual(failures);
});

test('F47: nothing to rerank is no request', async () => {
  const { rerank } = await open(cohere);
  expect(await rerank(0)).toMatchObject({ order: [], scored: 0, requests: 0 });
  expect(server.requests).toHaveLength(0);
});

test('an endpoint that is not there ends the search with a sentence', async () => {
  const { rerank } = await open(cohere);
  await server.close();
  await expect(rerank(3)).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining('cannot be reached'),
    hint: expect.stringContaining('--rerank-fallback'),
  });
});

test('a cap on the cost, which it could not keep, is refused before anything is sent', async () => {
  const { rerank } = await open(cohere);
  await rerank(1);
  const params = rerankParams({ url: server.url, maxCost: 1, inputPrice: 1 });
  const places = { cacheFolder: '', findModel: () => Promise.reject(new Error('none')) };
  await expect(openRerankEndpoint({ params, places }, {})).rejects.toThrow('cannot keep a cap on the cost');
  expect(server.requests).toHaveLength(1);
});
