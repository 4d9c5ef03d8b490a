/**
 * Faults of servers and proxies by their number. A stub answers, since a real Qdrant cannot be brought to; waits are read
 * off the retry's own announcements and the deadline, not slept through.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { closeAll, openConnection } from '../../../src/core/qdrant/connection/registry.ts';
import { exitCodes, type QdxError } from '../../../src/lib/errors.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { connectionOptions } from '../../helpers/connection-options.ts';
import { type StubAnswer, type StubServer, startStubServer } from '../../helpers/stub-server.ts';

let stub: StubServer;
afterEach(async () => {
  await closeAll();
  await stub.close();
});

const limited = (retryAfter: string): StubAnswer => ({
  status: 429,
  headers: { 'retry-after': retryAfter },
  body: { status: { error: 'Too many requests' } },
});
const ok: StubAnswer = { body: { result: { collections: [] }, status: 'ok' } };

/** Runs until the first wait is announced, which is then aborted. */
async function firstWait(answer: StubAnswer, retryDeadlineMs: number): Promise<number> {
  stub = await startStubServer(answer);
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const onRetry = (_attempt: number, waitMs: number) => {
      resolve(waitMs);
      controller.abort();
    };
    openConnection(connectionOptions(stub.url, { retryDeadlineMs }))
      .request('GET', '/collections', { onRetry, signal: controller.signal })
      .catch(reject);
  });
}

async function failure(url: string, more = {}, options = {}): Promise<{ code: number; message: string }> {
  const connection = openConnection(connectionOptions(url, { retries: 2, ...more }));
  const error = await connection.request('GET', '/collections', options).then(
    () => undefined,
    (thrown: QdxError) => thrown,
  );
  return { code: error ? exitCodes[error.kind] : 0, message: error?.message ?? 'nothing was thrown' };
}

describe('F8 (a stub: a real server names no such times)', () => {
  test('429 with Retry-After 30 waits 30 s', async () => expect(await firstWait(limited('30'), 120_000)).toBe(30_000));
  test('429 with an HTTP date waits until then', async () => {
    const wait = await firstWait(limited(new Date(Date.now() + 40_000).toUTCString()), 120_000);
    expect(wait).toBeGreaterThan(35_000);
    expect(wait).toBeLessThanOrEqual(40_000);
  });
  test('429 with garbage waits as without it', async () => {
    const wait = await firstWait(limited('soon'), 120_000);
    expect(wait).toBeLessThanOrEqual(500);
  });
  test('a wait that a person would notice is told', async () => {
    const stop = new AbortController();
    const events: QdxEvent[] = [];
    const onEvent = (event: QdxEvent) => {
      events.push(event);
      if (event.type === 'note') stop.abort();
    };
    stub = await startStubServer({ status: 503, headers: { 'retry-after': '0' } }, limited('30'));
    await failure(stub.url, { onEvent, retryDeadlineMs: 60_000 }, { signal: stop.signal }).catch(() => {});
    expect(events).toEqual([
      { type: 'trace', message: `${stub.url}: GET /collections failed (status 503); attempt 2 in 0.0 s` },
      { type: 'note', message: `${stub.url} cannot do its work now (status 429); it is asked again in 30 s` },
    ]);
  });
  test('a wait beyond the total deadline is not begun: 5, and it says what was asked', async () => {
    stub = await startStubServer(limited('30'));
    const found = await failure(stub.url, { retryDeadlineMs: 20_000 });
    expect(found).toEqual({
      code: 5,
      message: `${stub.url} limits the rate of requests (429 to GET /collections); it asks to wait 30 s`,
    });
    expect(stub.requests).toHaveLength(1);
  });
  test.each([429, 503, 408, 502, 504])('%i again and again: 5 when the retries are used up', async (status) => {
    stub = await startStubServer({ status, body: { status: { error: 'later' } }, headers: { 'retry-after': '0' } });
    expect((await failure(stub.url)).code).toBe(5);
    expect(stub.requests).toHaveLength(3);
  });
  test('503 and then an answer: done', async () => {
    stub = await startStubServer({ status: 503, body: '' }, ok);
    expect((await failure(stub.url)).code).toBe(0);
    expect(stub.requests).toHaveLength(2);
  });
  test('what must not be sent twice is not, but after a 429', async () => {
    stub = await startStubServer({ status: 503, body: '' });
    expect((await failure(stub.url, {}, { repeatable: false })).code).toBe(5);
    expect(stub.requests).toHaveLength(1);
    await stub.close();
    stub = await startStubServer(limited('0'), ok);
    expect((await failure(stub.url, {}, { repeatable: false })).code).toBe(0);
  });
});

test('a server that takes the connection and never answers is asked once', async () => {
  stub = await startStubServer({ silent: true });
  const found = await failure(stub.url, { timeoutMs: 200 });
  expect(found).toEqual({ code: 5, message: `${stub.url} gave no answer to GET /collections within 200 ms` });
  expect(stub.requests).toHaveLength(1);
});

describe('F12 (a stub: proxies and half answers)', () => {
  const cases: readonly [string, StubAnswer, number, RegExp][] = [
    [
      '200 with HTML',
      { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' },
      2,
      /status 200 and text\/html, not JSON/,
    ],
    ['200 with no content type', { headers: { 'content-type': '' }, body: 'hello' }, 2, /not JSON/],
    [
      '200 with status.error',
      { body: { result: null, status: { error: 'Wrong input: odd' } } },
      1,
      /answered GET \/collections with 200: odd/,
    ],
    ['200 with half a document', { body: '{"result":' }, 1, /the answer is not complete JSON/],
    [
      '302 to a login page',
      { status: 302, headers: { location: 'http://login.invalid/', 'content-type': 'text/html' }, body: '' },
      2,
      /status 302 and text\/html/,
    ],
  ];
  test.each(cases)('%s', async (_title, answer, code, message) => {
    stub = await startStubServer(answer);
    const found = await failure(stub.url);
    expect(found.message).toMatch(message);
    expect(found.message).toContain(stub.url);
    expect(found.code).toBe(code);
  });
  test('JSON of another service: no Qdrant', async () => {
    stub = await startStubServer({ body: { hello: 'world' } });
    await expect(openConnection(connectionOptions(stub.url)).server()).rejects.toThrow(
      `${stub.url} answers in JSON, but it is no Qdrant server`,
    );
  });
  test('202 that never ends: temporary, after the limit', async () => {
    stub = await startStubServer({ status: 202, body: { status: 'accepted' } });
    const found = await failure(stub.url, {}, { timeoutMs: 60, whenAccepted: async () => undefined });
    expect(found).toEqual({
      code: 5,
      message: `${stub.url} accepted GET /collections (202) and was not done after 60 ms`,
    });
  });
});

describe('F11 (a stub: bodies that end early)', () => {
  test.each(['before', 'within'] as const)('cut %s the body: again, then done', async (cut) => {
    stub = await startStubServer({ cut, body: { result: 'x'.repeat(100) } }, ok);
    expect((await failure(stub.url)).code).toBe(0);
    expect(stub.requests).toHaveLength(2);
  });
  test('cut again and again: temporary', async () => {
    stub = await startStubServer({ cut: 'within', body: { result: 'x'.repeat(100) } });
    expect(await failure(stub.url)).toEqual({
      code: 5,
      message: `${stub.url} broke off the connection during GET /collections`,
    });
  });
});

test('an untested server version warns once, and is used', async () => {
  stub = await startStubServer({ body: { title: 'qdrant - vector search engine', version: '1.12.4' } });
  const warnings: string[] = [];
  const onEvent = (event: { type: string; message?: string }) =>
    event.type === 'warning' && warnings.push(event.message ?? '');
  const connection = openConnection(connectionOptions(stub.url, { onEvent }));
  expect((await connection.server()).features.conditionalUpsert).toBe(false);
  await connection.server();
  expect(warnings).toEqual([`${stub.url} runs Qdrant 1.12.4; this qdx was tested with 1.16`]);
});

test('the key is sent as a header and shows up in no message', async () => {
  stub = await startStubServer({
    status: 401,
    headers: { 'content-type': 'text/plain' },
    body: 'Invalid API key or JWT',
  });
  const { message } = await failure(stub.url, { apiKey: 'a-secret-key' });
  expect(stub.requests[0]?.headers['api-key']).toBe('a-secret-key');
  expect(message).not.toContain('a-secret-key');
});
