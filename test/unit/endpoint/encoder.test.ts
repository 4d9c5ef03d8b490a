/**
 * The encoder over HTTP against a service with real vectors: what it gives is what the model on this machine gives, and what
 * the service does wrong is one sentence.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndpointParams } from '../../../src/core/models/endpoint/endpoint-params.ts';
import type { Encoder } from '../../../src/core/models/encoder.ts';
import { findModel } from '../../../src/core/models/find-model.ts';
import { openEncoder } from '../../../src/core/models/open-encoder.ts';
import { cosine } from '../../../src/core/qdrant/collection/parity.ts';
import { type Fault, type OpenAiAnswer, reply } from '../../helpers/embedding-server.ts';
import { endpointParams } from '../../helpers/endpoint-params.ts';
import { encodeAll, endpointModel, useEndpoint } from './use-endpoint.ts';

const endpoint = useEndpoint();
const { cacheFolder, events, open } = endpoint;
const name = endpointModel;
let local: Encoder;

beforeAll(async () => {
  local = await openEncoder(await findModel('all-MiniLM-L6-v2', { cacheFolder }), {
    device: 'cpu',
    workers: 1,
    use: 'query',
    cacheFolder,
  });
});
afterAll(() => local.close());

const openUnknown = (changes: Partial<EndpointParams>) => open(changes, name, {});
const texts = Array.from({ length: 36 }, (_, at) => `text number ${at} ${'of words '.repeat(at % 4)}`);
const since = () => {
  const from = endpoint.server.requests.length;
  return () => endpoint.server.requests.slice(from);
};

test.each([
  ['OpenAI, base64', '', 'auto', '/v1/embeddings'],
  ['OpenAI, the version in the URL', '/v1', 'auto', '/v1/embeddings'],
  ['text-embeddings-inference', '/embed', 'auto', '/embed'],
  ['text-embeddings-inference by name', '', 'tei', '/embed'],
] as const)('%s: the vectors of the model itself', async (_shape, path, api, expected) => {
  const asked = since();
  const encoder = await open({ url: endpoint.server.url + path, api });
  const encoded = await encodeAll(encoder, texts);
  for (const [at, { vector }] of encoded.entries()) {
    const own = await local.encode(texts[at] ?? '', { role: 'document' });
    expect(cosine(vector, own.vector)).toBeGreaterThan(0.999_999);
  }
  expect(asked().map((request) => request.path)).toEqual([expected, expected]);
  expect(asked().map((request) => request.texts.length)).toEqual([32, 4]);
  expect(encoder).toMatchObject({ kind: 'endpoint', device: new URL(endpoint.server.url).host });
});

test('its card is a space of its own that names no machine; its dimension is asked for with one word', async () => {
  const asked = since();
  const wanted = endpointParams({ url: endpoint.server.url, queryPrefix: 'query: ' });
  const { card, ...model } = await findModel(name, { cacheFolder, endpoint: wanted });
  expect(card).toMatchObject({ name, repository: name, dimension: 384, pooling: 'served', queryPrefix: 'query: ' });
  expect(JSON.stringify(card)).not.toContain('127.0.0.1');
  expect(asked().flatMap((request) => request.texts)).toEqual(['dimension']);
  // Its own name is a model on this machine, whose tokenizer counts.
  expect(model).toMatchObject({ origin: 'endpoint', local: { card: { name: 'all-MiniLM-L6-v2' } }, notes: [] });
});

test('a card that is known is taken over, and nothing is asked', async () => {
  const { card } = await findModel(name, {
    cacheFolder,
    endpoint: endpointParams({ url: endpoint.server.url, dimension: 7 }),
  });
  const asked = since();
  const found = await findModel(name, { cacheFolder, endpoint: endpointParams({ url: endpoint.server.url }) }, card);
  expect(found.card).toEqual(card);
  expect(asked()).toEqual([]);
});

test('each role gets its prefix, and the key travels as a bearer token', async () => {
  const asked = since();
  const encoder = await open({ queryPrefix: 'query: ', documentPrefix: 'passage: ', apiKey: 'sk-secret-1234' });
  await encoder.encode('a', { role: 'query' });
  await encoder.encode('a', { role: 'document' });
  expect(asked().flatMap((request) => request.texts)).toEqual(['query: a', 'passage: a']);
  expect(asked()[0]?.headers.authorization).toBe('Bearer sk-secret-1234');
});

test('requests are filled up to a budget of tokens', async () => {
  const asked = since();
  const encoder = await open({ batchTokens: 60, parallel: 1 });
  await encodeAll(encoder, ['one two three '.repeat(10), 'four '.repeat(30), 'five '.repeat(10), 'six', 'seven']);
  expect(asked().map((request) => request.texts.length)).toEqual([1, 4]);
});

test('a service without base64 is asked for numbers from then on', async () => {
  endpoint.server.fault = {
    answer: ({ body }, response) =>
      body['encoding_format'] === 'base64' &&
      reply(response, 400, { error: 'encoding_format base64 is not supported' }),
  };
  const asked = since();
  const encoder = await open();
  await encoder.encode('a', { role: 'document' });
  await encoder.encode('b', { role: 'document' });
  expect(asked().map(({ body }) => body['encoding_format'])).toEqual(['base64', 'float', 'float']);
});

test('an answer in another order is put into that of the texts', async () => {
  endpoint.server.fault = { change: (json) => ({ ...json, data: json.data.toReversed() }) };
  const [, second] = await encodeAll(await open(), ['cats', 'the price of gold']);
  const own = await local.encode('the price of gold', { role: 'document' });
  expect(cosine(second?.vector ?? [], own.vector)).toBeGreaterThan(0.999_999);
});

test('an answer without places is in the order of the texts', async () => {
  endpoint.server.fault = { change: (json) => ({ data: json.data.map(({ embedding }) => ({ embedding })) }) };
  const [first] = await encodeAll(await open(), ['cats', 'the price of gold']);
  const own = await local.encode('cats', { role: 'document' });
  expect(cosine(first?.vector ?? [], own.vector)).toBeGreaterThan(0.999_999);
});

test('vectors are brought to unit length only where the card says so', async () => {
  const double = (json: OpenAiAnswer) => ({
    ...json,
    data: json.data.map((item) => ({ ...item, embedding: floatsOf(item.embedding).map((value) => value * 2) })),
  });
  endpoint.server.fault = { change: double };
  const length = async (encoder: Encoder) => Math.hypot(...(await encoder.encode('a', { role: 'document' })).vector);
  expect(await length(await open())).toBeCloseTo(1, 5);
  expect(await length(await open({ normalize: false }))).toBeCloseTo(2, 5);
});

const longText = 'A heron waits in the reeds. '.repeat(100);

test.each<[string, Partial<EndpointParams>, Fault, boolean]>([
  ['a service that cuts and counts what it read', {}, {}, true],
  ['a service that does not count', {}, { change: ({ usage: _usage, ...json }) => json }, true],
  [
    'a service that counted all of it',
    {},
    { change: (json) => ({ ...json, usage: { prompt_tokens: 5000, total_tokens: 5000 } }) },
    false,
  ],
  ['a text that its limit holds', { maxTokens: 8192 }, {}, false],
])('a text that may have been cut unseen is said to be: %s', async (_title, changes, fault, isTruncated) => {
  endpoint.server.fault = fault;
  const encoder = await open(changes);
  const [long, short] = await encodeAll(encoder, [longText, 'cats']);
  expect([long?.truncated, short?.truncated]).toEqual([isTruncated, false]);
  await encoder.close();
  const said = `endpoint:all-MiniLM-L6-v2: 1 text is longer than ${changes.maxTokens ?? 512} tokens (--endpoint-max-tokens; by its tokenizer)`;
  expect(events.some((event) => event.type === 'warning' && event.message.startsWith(said))).toBe(isTruncated);
});

test('without its tokenizer a text is taken for dense, so that none is cut unseen', async () => {
  const encoder = await open({}, 'endpoint:unknown-here');
  // At four characters to a token, which prices are estimated by, it would fit.
  const dense = 'f(x)=y;'.repeat(200);
  expect((await encoder.encode(dense, { role: 'document' })).truncated).toBe(true);
  await encoder.close();
  const message = expect.stringContaining('at 2.5 characters to a token') as string;
  expect(events).toContainEqual({ type: 'warning', message });
});

test('text-embeddings-inference is asked not to cut, and what it finds too long is cut to what it says fits', async () => {
  endpoint.server.fault = {
    answer: ({ texts: some, body }, response) => {
      expect(body['truncate']).toBe(false);
      const given = Math.max(...some.map((text) => text.length));
      const error = `Input validation error: \`inputs\` must have less than 512 characters. Given: ${given}`;
      return given > 512 && reply(response, 413, { error, error_type: 'Validation' });
    },
  };
  const before = endpoint.server.requests.length;
  const encoded = await encodeAll(await open({ url: `${endpoint.server.url}/embed` }), [longText, 'cats']);
  expect(encoded.map(({ truncated }) => truncated)).toEqual([true, false]);
  // Both, each alone, and the long one cut once.
  expect(endpoint.server.requests.length - before).toBe(4);
});

test.each([
  [400, 'Requested 453357 tokens, max 300000 tokens per request'],
  [400, "This model's maximum context length is 8192 tokens, however you requested 9000 tokens"],
  [500, 'input is too large to process. increase the physical batch size'],
])('%i %s: fewer texts are sent at once', async (status, message) => {
  endpoint.server.fault = {
    answer: ({ texts: some }, response) => some.length > 1 && reply(response, status, { error: { message } }),
  };
  expect(await encodeAll(await open(), ['a', 'b', 'c'])).toHaveLength(3);
});

test('the question for the dimension is on the bill, and ends with the run', async () => {
  const encoder = await openUnknown({ costPerMtok: 1 });
  expect(encoder.bill).toMatchObject({ requests: 1, countedBy: 'endpoint' });
  expect(encoder.bill?.cost).toBeGreaterThan(0);
  const run = new AbortController();
  endpoint.server.fault = {
    answer: () => {
      run.abort(new Error('stopped'));
      return true;
    },
  };
  await expect(openUnknown({ signal: run.signal })).rejects.toThrow('stopped');
});

test('too many texts at once are halved, and one that is too long is cut and said to be', async () => {
  endpoint.server.fault = {
    answer: ({ texts: some }, response) =>
      (some.length > 4 || some.some((text) => text.length > 100)) &&
      reply(response, 413, { error: 'input is too long', error_type: 'Validation' }),
  };
  const encoded = await encodeAll(await open(), [
    ...texts.slice(0, 9).map((text) => text.slice(0, 90)),
    'word '.repeat(40),
  ]);
  expect(encoded.map(({ truncated }) => truncated)).toEqual([...Array.from({ length: 9 }, () => false), true]);
});

const floatsOf = (embedding: number[] | string): number[] => {
  if (typeof embedding !== 'string') return embedding;
  const bytes = Buffer.from(embedding, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
};
