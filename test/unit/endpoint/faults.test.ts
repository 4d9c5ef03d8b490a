/**
 * What services over HTTP do wrong, done by one that is otherwise right: each is one sentence, and no text gets a wrong vector.
 */
import { expect, test } from 'vitest';
import { findModel } from '../../../src/core/models/find-model.ts';
import { openEncoder } from '../../../src/core/models/open-encoder.ts';
import { base64Of, type Fault, type OpenAiAnswer, reply } from '../../helpers/embedding-server.ts';
import { endpointParams } from '../../helpers/endpoint-params.ts';
import { encodeAll, endpointModel, useEndpoint } from './use-endpoint.ts';

const endpoint = useEndpoint();
const { cacheFolder, events, open } = endpoint;
const name = endpointModel;

test.each<[string, NonNullable<Fault['answer']>, number]>([
  ['nonsense', (_question, response) => reply(response, 200, { data: 'none' }), 2],
  ['503', (_question, response) => reply(response, 503, { error: 'overloaded' }), 0],
])('an endpoint that answers %s is paid for what it read', async (_title, answer, requests) => {
  const encoder = await open({ retries: 1, retryDeadlineMs: 60_000, costPerMtok: 1 });
  endpoint.server.fault = { answer };
  await expect(encodeAll(encoder, ['a'])).rejects.toThrow('the endpoint of');
  expect(encoder.bill).toMatchObject({ requests, countedBy: requests > 0 ? 'estimate' : 'endpoint' });
});

test('F35: 429 holds every request back for as long as the service asks, and then goes on', async () => {
  endpoint.server.fault = {
    answer: ({ before }, response) =>
      before === base && reply(response, 429, { error: 'slow down' }, { 'retry-after': '0.3' }),
  };
  const base = endpoint.server.requests.length;
  const encoder = await open({ retries: 2, parallel: 1 });
  const encoded = await encodeAll(encoder, ['a', 'b']);
  expect(encoded).toHaveLength(2);
  expect(endpoint.server.requests.length - base).toBe(2);
  expect(events).toContainEqual({ type: 'trace', message: expect.stringContaining('answers 429') });
});

test.each<[string, number]>([
  ['500', 500],
  ['503 with a page', 503],
])('F35: a passing %s is tried again', async (_title, status) => {
  const base = endpoint.server.requests.length;
  endpoint.server.fault = {
    answer: ({ before }, response) => before === base && reply(response, status, '<html>down</html>'),
  };
  const encoder = await open({ retries: 1 });
  expect((await encoder.encode('a', { role: 'document' })).vector).toHaveLength(384);
});

const changed = (change: (json: OpenAiAnswer) => unknown): Fault => ({ change });
const answered = (status: number, body: unknown, headers: Record<string, string> = {}): Fault => ({
  answer: (_request, response) => reply(response, status, body, headers),
});
const atOf = `the endpoint of ${name} at http://127.0.0.1:PORT`;

test.each<[string, Fault, { readonly kind: string; readonly message: string }]>([
  [
    '401',
    answered(401, { error: 'no key' }),
    { kind: 'denied', message: `${atOf}/v1/embeddings answers 401: {"error":"no key"}` },
  ],
  [
    '404',
    answered(404, 'nothing here'),
    { kind: 'notFound', message: `${atOf}/v1/embeddings answers 404: nothing here` },
  ],
  ['429 without end', answered(429, 'slow'), { kind: 'temporary', message: `${atOf}/v1/embeddings answers 429: slow` }],
  ['500 without end', answered(500, 'boom'), { kind: 'temporary', message: `${atOf}/v1/embeddings answers 500: boom` }],
  [
    'a web page',
    answered(200, '<!doctype html><p>Log in</p>', { 'content-type': 'text/html' }),
    { kind: 'failed', message: `${atOf}/v1/embeddings answers with a web page, not with JSON` },
  ],
  [
    'an error in a 200',
    answered(200, { error: { message: 'model is loading' } }),
    { kind: 'failed', message: `${atOf}/v1/embeddings answers without vectors: model is loading` },
  ],
  [
    'another dimension',
    changed((json) => ({ ...json, data: json.data.map((item) => ({ ...item, embedding: [1, 2, 3] })) })),
    { kind: 'verification', message: `${atOf} gives 3 dimensions, its card says 384` },
  ],
  [
    'too few vectors',
    changed((json) => ({ ...json, data: json.data.slice(1) })),
    { kind: 'verification', message: `${atOf}/v1/embeddings gives 1 vectors for 2 texts` },
  ],
  [
    'a doubled index',
    changed((json) => ({ ...json, data: json.data.map((item) => ({ ...item, index: 1 })) })),
    { kind: 'verification', message: `${atOf}/v1/embeddings gives two vectors for the index 1` },
  ],
  [
    'an index out of range',
    changed((json) => ({ ...json, data: json.data.map((item) => ({ ...item, index: item.index + 1 })) })),
    {
      kind: 'verification',
      message: `${atOf}/v1/embeddings gives a vector the index 2, where 0 to 1 were asked for`,
    },
  ],
  [
    'base64 of something else',
    changed((json) => ({ ...json, data: json.data.map((item) => ({ ...item, embedding: 'AAA=' })) })),
    { kind: 'verification', message: `${atOf}/v1/embeddings gives a vector in base64 that is no float32` },
  ],
  [
    'a body that breaks off',
    {
      answer: (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '9999' });
        response.write('{"data":', () => response.destroy());
        return true;
      },
    },
    { kind: 'temporary', message: `${atOf}/v1/embeddings breaks off: aborted` },
  ],
  [
    'NaN in its JSON',
    answered(200, '{"data":[{"index":0,"embedding":[NaN]}]}'),
    { kind: 'failed', message: `${atOf}/v1/embeddings gives no whole JSON` },
  ],
  [
    'silence',
    { answer: () => true },
    { kind: 'temporary', message: `${atOf}/v1/embeddings gives no answer within 300 ms` },
  ],
])('F35: %s is one sentence', async (_title, fault, expected) => {
  const encoder = await open({ timeoutMs: 300, retryDeadlineMs: 500 });
  endpoint.server.fault = fault;
  const error = await encodeAll(encoder, ['a', 'b']).catch((reason: unknown) => reason);
  const { kind, message, hint } = error as { kind: string; message: string; hint: string };
  expect({ kind, message: message.replace(/:\d+/, ':PORT') }).toEqual(expected);
  expect(hint).toMatch(/./);
});

test.each<[string, () => number[] | string]>([
  ['zeros', () => Array.from({ length: 384 }, () => 0)],
  ['null, which is how JSON writes NaN', () => Array.from({ length: 384 }, () => null) as unknown as number[]],
  ['NaN in base64', () => base64Of(Float32Array.from({ length: 384 }, () => Number.NaN))],
])('F35: a text that gets %s has no vector; the others have theirs', async (_title, made) => {
  endpoint.server.fault = changed((json) => ({
    ...json,
    data: json.data.map((item) => (item.index === 1 ? { ...item, embedding: made() } : item)),
  }));
  const encoder = await open();
  const [good, bad] = await Promise.allSettled([
    encoder.encode('good', { role: 'document' }),
    encoder.encode('bad', { role: 'document' }),
  ]);
  expect(good.status).toBe('fulfilled');
  expect(bad).toMatchObject({ status: 'rejected', reason: { name: 'QdxError', kind: 'failed' } });
});

test('where nothing listens it says so, and how to go on', async () => {
  const encoder = await open({ url: 'http://127.0.0.1:9' });
  await expect(encoder.encode('a', { role: 'query' })).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining('http://127.0.0.1:9 cannot be reached'),
    hint: expect.stringContaining('GPU_API_ENDPOINT'),
  });
});

test('an abort ends what is on its way', async () => {
  endpoint.server.fault = { answer: () => true };
  const controller = new AbortController();
  const model = await findModel(name, {
    cacheFolder,
    endpoint: endpointParams({ url: endpoint.server.url, dimension: 384 }),
  });
  const encoder = await openEncoder(
    model,
    { device: 'cpu', workers: 1, use: 'query', cacheFolder },
    { signal: controller.signal },
  );
  const encoding = encoder.encode('a', { role: 'query' });
  controller.abort(new Error('enough'));
  await expect(encoding).rejects.toThrow('enough');
  await encoder.close();
});
