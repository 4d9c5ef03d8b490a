/**
 * What a real server, or the line to it, can do wrong: each with its sentence and exit code.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { closeAll, openConnection } from '../../../src/core/qdrant/connection/registry.ts';
import { exitCodes, type QdxError } from '../../../src/lib/errors.ts';
import { connectionOptions } from '../../helpers/connection-options.ts';
import { freePorts } from '../../helpers/ports.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';

const tlsFile = (name: string) => fileURLToPath(new URL(`../../../fixtures/tls/${name}`, import.meta.url));
const tls = { cert: tlsFile('cert.pem'), key: tlsFile('key.pem') };

let qdrant: RunningQdrant;
let connection: Connection;
const apiKey = 'key-of-this-test';
const readOnlyApiKey = 'reading-key-of-this-test';

beforeAll(async () => {
  qdrant = await startQdrant({ apiKey, readOnlyApiKey });
  connection = openConnection(connectionOptions(qdrant.url, { apiKey }));
  await connection.request('PUT', '/collections/docs__1', { body: { vectors: { size: 4, distance: 'Cosine' } } });
  await connection.request('PUT', '/collections/notes', { body: { vectors: { size: 4, distance: 'Cosine' } } });
  const actions = [{ create_alias: { collection_name: 'docs__1', alias_name: 'docs' } }];
  await connection.request('POST', '/collections/aliases', { body: { actions } });
});
afterAll(async () => {
  await closeAll();
  await qdrant.kill();
});
afterEach(() => vi.restoreAllMocks());

async function failure(run: Promise<unknown>): Promise<QdxError & { readonly code: number }> {
  const error = await run.then(
    () => undefined,
    (thrown: QdxError) => thrown,
  );
  if (!error) throw new Error('nothing was thrown');
  return Object.assign(error, { code: exitCodes[error.kind] });
}

const points = (vector: unknown) => ({ query: { wait: true }, body: { points: [{ id: 1, vector }] } });

describe('the server', () => {
  test('a missing collection: those there are, the nearest first', async () => {
    expect(await failure(connection.request('GET', '/collections/dosc'))).toMatchObject({
      code: 6,
      message: `collection "dosc" is not on ${qdrant.url}; there are: docs, notes`,
      details: { collection: 'dosc', collections: ['docs', 'notes'] },
    });
  });
  test('the same by the official client', async () => {
    const client = await connection.client();
    expect(await failure(client.getCollection('dosc'))).toMatchObject({
      code: 6,
      message: `collection "dosc" is not on ${qdrant.url}; there are: docs, notes`,
    });
  });
  test('a wrong dimension: expected, actual, what to do', async () => {
    expect(await failure(connection.request('PUT', '/collections/docs/points', points([1, 2, 3])))).toMatchObject({
      code: 2,
      message: 'vectors of 3 dimensions do not fit collection "docs", whose vectors have 4',
      hint: expect.stringContaining('qdx stats docs'),
    });
  });
  test('a wrong dimension by the official client', async () => {
    const client = await connection.client();
    const upsert = client.upsert('docs', { wait: true, points: [{ id: 1, vector: [1] }] });
    expect(await failure(upsert)).toMatchObject({
      code: 2,
      message: 'vectors of 1 dimensions do not fit collection "docs", whose vectors have 4',
    });
  });
  test('a vector of another name', async () => {
    expect(
      await failure(connection.request('PUT', '/collections/docs/points', points({ dense: [1, 2, 3, 4] }))),
    ).toMatchObject({
      code: 2,
      message: 'collection "docs" has no vector named "dense"',
    });
  });
  test('no key: 401', async () => {
    const anonymous = openConnection(connectionOptions(qdrant.url));
    expect(await failure(anonymous.request('GET', '/collections'))).toMatchObject({
      code: 7,
      message: `${qdrant.url} wants an API key: Must provide an API key or an Authorization bearer token`,
      hint: expect.stringContaining('QDRANT_API_KEY'),
    });
  });
  test('a wrong key: 401, by the official client too', async () => {
    const stranger = openConnection(connectionOptions(qdrant.url, { apiKey: 'wrong' }));
    const client = await stranger.client();
    for (const run of [stranger.request('GET', '/collections'), client.getCollections()])
      expect(await failure(run)).toMatchObject({ code: 7, message: expect.stringContaining('Invalid API key or JWT') });
  });
  test('a read-only key that writes: 403', async () => {
    const reader = openConnection(connectionOptions(qdrant.url, { apiKey: readOnlyApiKey }));
    expect(await failure(reader.request('DELETE', '/collections/docs__1'))).toMatchObject({
      code: 7,
      message: expect.stringContaining('the API key may not do this'),
    });
  });
  test('a request of more than 32 MiB: too large, whatever way the server ends it', async () => {
    const body = { points: [{ id: 1, vector: [1, 2, 3, 4], payload: { text: 'x'.repeat(40_000_000) } }] };
    const error = await failure(connection.request('PUT', '/collections/docs/points', { query: { wait: true }, body }));
    expect(error).toMatchObject({ code: 1, hint: expect.stringContaining('--batch-size') });
    expect(error.message).toMatch(/40000\d\d\d bytes/);
  });
  test('strict mode: its help is the hint', async () => {
    const strict = { enabled: true, max_query_limit: 5 };
    const vectors = { size: 4, distance: 'Cosine' };
    await connection.request('PUT', '/collections/strict', { body: { vectors, strict_mode_config: strict } });
    const error = await failure(
      connection.request('POST', '/collections/strict/points/query', { body: { query: [1, 2, 3, 4], limit: 50 } }),
    );
    await connection.request('DELETE', '/collections/strict');
    expect(error).toMatchObject({
      code: 2,
      message: expect.stringMatching(/^the strict mode of collection strict refuses this: .*50 > 5/),
    });
    expect(error.hint).toMatch(/limit/i);
  });
  test('a rate limit of strict mode: it asks to wait as long as the server says, and 5 beyond the deadline', async () => {
    const strict = { enabled: true, read_rate_limit: 1 };
    const vectors = { size: 4, distance: 'Cosine' };
    await connection.request('PUT', '/collections/limited', { body: { vectors, strict_mode_config: strict } });
    await closeAll();
    connection = openConnection(connectionOptions(qdrant.url, { apiKey, retryDeadlineMs: 500 }));
    const search = { body: { query: [1, 2, 3, 4] } };
    const searches = [1, 2, 3].map(async () => connection.request('POST', '/collections/limited/points/query', search));
    const error = await failure(Promise.all(searches));
    await connection.request('DELETE', '/collections/limited');
    expect(error).toMatchObject({
      code: 5,
      message: expect.stringMatching(/limits the rate .*; it asks to wait \d+ s$/),
    });
  });
  test('a route of a newer server', async () => {
    expect(await failure(connection.request('GET', '/quotas'))).toMatchObject({
      code: 6,
      message: `${qdrant.url} does not know GET /quotas`,
    });
  });
  test('its warnings never reach the user', async () => {
    const spies = (['log', 'warn', 'error', 'info'] as const).map((name) => vi.spyOn(console, name));
    const client = await openConnection(connectionOptions(qdrant.url, { apiKey: readOnlyApiKey })).client();
    await client.getCollections();
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });
  test('F12: 202 is polled to completion', async () => {
    const before = await connection.request<unknown[]>('GET', '/collections/docs/snapshots');
    const whenAccepted = async () => {
      const after = await connection.request<{ name: string }[]>('GET', '/collections/docs/snapshots');
      return after[before.length];
    };
    const made = await connection.request<{ name: string }>('POST', '/collections/docs/snapshots', {
      query: { wait: false },
      whenAccepted,
    });
    expect(made.name).toMatch(/^docs__1.*\.snapshot$/);
  });
  test('F12: 202 to who cannot poll is no success', async () => {
    expect(
      await failure(connection.request('POST', '/collections/docs/snapshots', { query: { wait: false } })),
    ).toMatchObject({
      code: 1,
      message: `${qdrant.url} accepted POST /collections/docs/snapshots (202) but did not say when it is done`,
    });
  });
});

describe('the line', () => {
  test('nobody listens: said at once, without retries', async () => {
    const [port] = await freePorts(1);
    const retries: number[] = [];
    const lonely = openConnection(connectionOptions(`http://127.0.0.1:${port}`));
    const run = lonely.request('GET', '/collections', { onRetry: (attempt) => retries.push(attempt) });
    expect(await failure(run)).toMatchObject({
      code: 5,
      message: `http://127.0.0.1:${port} refuses the connection: nothing listens there`,
    });
    expect(retries).toEqual([]);
    expect(await failure((await lonely.client()).getCollections())).toMatchObject({
      code: 5,
      message: expect.stringContaining('nothing listens there'),
    });
  });
  test('no such host', async () => {
    const lost = openConnection(connectionOptions('http://qdrant.invalid:6333', { retries: 0 }));
    expect(await failure(lost.request('GET', '/'))).toMatchObject({
      code: 5,
      message: 'http://qdrant.invalid:6333 cannot be reached: its host name is not known',
    });
  });
  test('too slow: the URL and the limit', async () => {
    const proxy = await startTcpProxy(qdrant.url, { delayMs: 10_000 });
    const slow = openConnection(connectionOptions(proxy.url, { apiKey, timeoutMs: 150, retries: 1 }));
    expect(await failure(slow.request('GET', '/collections'))).toMatchObject({
      code: 5,
      message: `${proxy.url} gave no answer to GET /collections within 150 ms`,
    });
    expect(await failure((await slow.client()).getCollections())).toMatchObject({
      code: 5,
      message: expect.stringMatching(/within 150 ms$/),
    });
    await proxy.close();
  });
  test('an abort is not a failure of the server', async () => {
    const reason = new Error('stopped by the user');
    await expect(connection.request('GET', '/collections', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('TLS', () => {
  let secure: RunningQdrant;
  beforeAll(async () => {
    secure = await startQdrant({ tls, apiKey });
  });
  afterAll(async () => secure.kill());

  test('a self-signed certificate', async () => {
    const connection = openConnection(connectionOptions(secure.url, { apiKey }));
    const expected = {
      code: 7,
      message: expect.stringMatching(/a certificate that this machine does not trust \(DEPTH_ZERO_SELF_SIGNED_CERT\)/),
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    };
    expect(await failure(connection.request('GET', '/collections'))).toMatchObject(expected);
    expect(await failure((await connection.client()).getCollections())).toMatchObject(expected);
  });
  test('http to a port that wants TLS', async () => {
    const plain = openConnection(connectionOptions(secure.url.replace('https', 'http')));
    const expected = { code: 2, message: expect.stringContaining('it seems to want TLS'), hint: `use ${secure.url}` };
    expect(await failure(plain.request('GET', '/collections'))).toMatchObject(expected);
    expect(await failure((await plain.client()).getCollections())).toMatchObject(expected);
  });
  test('https to a plain port', async () => {
    const eager = openConnection(connectionOptions(qdrant.url.replace('http', 'https')));
    expect(await failure(eager.request('GET', '/collections'))).toMatchObject({
      code: 2,
      message: expect.stringContaining('speaks no TLS'),
      hint: `use ${qdrant.url}`,
    });
    expect(await failure((await eager.client()).getCollections())).toMatchObject({
      code: 2,
      message: expect.stringContaining('speaks no TLS'),
    });
  });
  test('the fixture is what these tests think it is', () =>
    expect(readFileSync(tls.cert, 'utf8')).toContain('BEGIN CERTIFICATE'));
});
