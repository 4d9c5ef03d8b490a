/**
 * One cached, bounded line to each server, against a real Qdrant behind a proxy that counts its connections.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { closeAll, openConnection, openConnections } from '../../../src/core/qdrant/connection/registry.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { connectionOptions } from '../../helpers/connection-options.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { startTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.ts';

let qdrant: RunningQdrant;
let proxy: TcpProxy;

beforeAll(async () => {
  qdrant = await startQdrant();
  const connection = openConnection(connectionOptions(qdrant.url));
  await connection.request('PUT', '/collections/c', { body: { vectors: { size: 4, distance: 'Cosine' } } });
  const points = Array.from({ length: 50 }, (_, id) => ({ id, vector: [1, id, 2, 3] }));
  await connection.request('PUT', '/collections/c/points', { query: { wait: true }, body: { points } });
  await closeAll();
});
afterAll(async () => qdrant.kill());
afterEach(async () => {
  await closeAll();
  await proxy?.close();
});

const search = { body: { query: [1, 2, 3, 4], limit: 5 } };
const hundred = Array.from({ length: 100 }, (_, index) => index);

test('100 searches in flight: at most 10 connections, all of them reused', async () => {
  proxy = await startTcpProxy(qdrant.url, { delayMs: 5 });
  const connection = openConnection(connectionOptions(proxy.url));
  const results = await Promise.all(
    hundred.map(async () => connection.request<{ points: unknown[] }>('POST', '/collections/c/points/query', search)),
  );
  expect(results.every(({ points }) => points.length === 5)).toBe(true);
  expect(proxy.peak).toBeLessThanOrEqual(10);
  expect(proxy.accepted).toBe(proxy.peak);
});

test('100 searches, half of them by the official client: at most 10 connections together', async () => {
  proxy = await startTcpProxy(qdrant.url, { delayMs: 5 });
  const connection = openConnection(connectionOptions(proxy.url));
  const client = await connection.client();
  await Promise.all(
    hundred.map(async (index) =>
      index % 2 === 0
        ? connection.request('POST', '/collections/c/points/query', search)
        : client.query('c', { query: [1, 2, 3, 4], limit: 5 }),
    ),
  );
  expect(proxy.peak).toBeGreaterThan(2);
  expect(proxy.peak).toBeLessThanOrEqual(10);
});

test('the bound is the setting', async () => {
  proxy = await startTcpProxy(qdrant.url, { delayMs: 2 });
  const connection = openConnection(connectionOptions(proxy.url, { maxSockets: 3 }));
  await Promise.all(hundred.map(async () => connection.request('POST', '/collections/c/points/query', search)));
  expect(proxy.peak).toBeLessThanOrEqual(2);
});

test('the same server and key: one connection, shared; another key: another one', async () => {
  proxy = await startTcpProxy(qdrant.url);
  const first = openConnection(connectionOptions(proxy.url));
  const second = openConnection(connectionOptions(`${proxy.url}/`));
  await first.request('GET', '/collections');
  await second.request('GET', '/collections');
  expect(proxy.accepted).toBe(1);
  expect(openConnections()).toBe(1);
  await openConnection(connectionOptions(proxy.url, { apiKey: 'another' })).request('GET', '/collections');
  expect(proxy.accepted).toBe(2);
  expect(openConnections()).toBe(2);
});

test("closing one's handle, even twice, leaves the others their connection", async () => {
  proxy = await startTcpProxy(qdrant.url);
  const first = openConnection(connectionOptions(proxy.url));
  const second = openConnection(connectionOptions(proxy.url));
  await first.close();
  await first.close();
  await second.request('GET', '/collections');
  expect(openConnections()).toBe(1);
});

test('closeAll closes every socket at once', async () => {
  proxy = await startTcpProxy(qdrant.url);
  const connection = openConnection(connectionOptions(proxy.url));
  await connection.request('GET', '/collections');
  expect(proxy.open).toBe(1);
  await closeAll();
  await expect.poll(() => proxy.open).toBe(0);
  expect(openConnections()).toBe(0);
});

test('the version is read once, by one request', async () => {
  proxy = await startTcpProxy(qdrant.url);
  const connection = openConnection(connectionOptions(proxy.url));
  const infos = await Promise.all([connection.server(), connection.server(), connection.server()]);
  expect(infos[0]).toEqual({
    version: '1.16.3',
    features: { collectionMetadata: true, binaryEncodings: true, conditionalUpsert: true },
    clockAheadMs: expect.any(Number) as number,
  });
  expect(infos[1]).toBe(infos[0]);
  expect(proxy.accepted).toBe(1);
});

test('ids beyond 2^53 come back exact, and are sent exact', async () => {
  const connection = openConnection(connectionOptions(qdrant.url));
  const id = 9007199254740993n;
  const point = { id, vector: [1, 2, 3, 4], payload: { binary_hash: 13268943568923456789n } };
  await connection.request('PUT', '/collections/c/points', { query: { wait: true }, body: { points: [point] } });
  const found = await connection.request<unknown[]>('POST', '/collections/c/points', {
    body: { ids: [id], with_payload: true },
  });
  expect(found).toMatchObject([{ id, payload: { binary_hash: 13268943568923456789n } }]);
});

test('F9: cut while requests are on their way: sent again, nothing doubled', async () => {
  proxy = await startTcpProxy(qdrant.url, { delayMs: 20 });
  const connection = openConnection(connectionOptions(proxy.url));
  const points = Array.from({ length: 20 }, (_, id) => ({ id: 1_000 + id, vector: [1, id, 2, 3] }));
  const upserts = points.map(async (point) =>
    connection.request('PUT', '/collections/c/points', { query: { wait: true }, body: { points: [point] } }),
  );
  setTimeout(() => proxy.cut(), 30);
  await Promise.all(upserts);
  const filter = { must: [{ has_id: points.map(({ id }) => id) }] };
  const { count } = await connection.request<{ count: number }>('POST', '/collections/c/points/count', {
    body: { filter, exact: true },
  });
  expect(count).toBe(20);
});

test('F7: the server restarts in between: requests wait for it, however few the retries, and say so once', async () => {
  const notes: string[] = [];
  const onEvent = (event: QdxEvent) => event.type === 'note' && notes.push(event.message);
  const connection = openConnection(connectionOptions(qdrant.url, { retries: 1, onEvent }));
  const retries: string[] = [];
  await connection.request('GET', '/collections');
  await qdrant.kill();
  const answer = connection.request<{ collections: unknown[] }>('GET', '/collections', {
    onRetry: (_n, _ms, reason) => retries.push(reason),
  });
  const impatient = connection.request('GET', '/collections', { awaitsReturn: false });
  await expect(impatient).rejects.toMatchObject({ kind: 'temporary', message: expect.stringContaining('went away') });
  await expect.poll(() => retries.length, { timeout: 20_000 }).toBeGreaterThan(2);
  await qdrant.restart();
  expect((await answer).collections).toEqual([{ name: 'c' }]);
  expect(notes).toEqual([`waiting for ${qdrant.url} to come back, up to 30 s`, `${qdrant.url} is back`]);
});
