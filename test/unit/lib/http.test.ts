import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { createHttpTransport, HttpFailure, type HttpTransport } from '../../../src/lib/http.ts';

let server: Server;
let transport: HttpTransport;
afterEach(async () => {
  transport.close();
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});

async function serve(
  listener: RequestListener,
  options: Partial<Parameters<typeof createHttpTransport>[0]> = {},
): Promise<URL> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  transport = createHttpTransport({ maxSockets: 2, ...options });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}
const get = (url: URL, more = {}) => transport.send({ method: 'GET', url, timeoutMs: 5_000, ...more });
const codeOf = async (run: Promise<unknown>) =>
  run.then(
    () => 'no failure',
    (error: unknown) => (error instanceof HttpFailure ? error.code : error),
  );

test('answers of any status are results', async () => {
  const url = await serve((_request, response) => response.writeHead(418, { 'x-a': 'b' }).end('tea'));
  const { status, headers, body } = await get(url);
  expect([status, headers['x-a'], body.toString()]).toEqual([418, 'b', 'tea']);
});
test('sends text, bytes and streams', async () => {
  const url = await serve((request, response) => void request.pipe(response));
  for (const body of ['text ü', Buffer.from('bytes'), Readable.from(['a ', 'stream'])]) {
    const answer = await transport.send({ method: 'POST', url, body, timeoutMs: 5_000 });
    expect(['text ü', 'bytes', 'a stream']).toContain(answer.body.toString());
  }
});
test('an answer that is too large is not read', async () => {
  const url = await serve((_request, response) => response.end('x'.repeat(2_000)));
  expect(await codeOf(get(url, { maxAnswerBytes: 1_000 }))).toBe('answer-too-large');
  expect((await get(url, { maxAnswerBytes: 2_000 })).body.length).toBe(2_000);
});
test('an answer is read into the memory that is given, where it says how long it is', async () => {
  const url = await serve((request, response) => {
    const text = (request.url ?? '').slice(1).repeat(100_000);
    if (request.method === 'GET') response.setHeader('content-length', text.length);
    response.write(text);
    response.end();
  });
  const given = Buffer.alloc(150_000, '-');
  const read = async (method: string, path: string) =>
    transport.send({ method, url: new URL(path, url), timeoutMs: 5_000, memory: () => given });
  const { body } = await read('GET', 'a');
  expect([body.buffer === given.buffer, body.equals(Buffer.alloc(100_000, 'a'))]).toEqual([true, true]);
  expect(given.toString('latin1', 99_999, 100_001)).toBe('a-');
  const chunked = (await read('POST', 'b')).body;
  expect([chunked.equals(Buffer.alloc(100_000, 'b')), body.equals(Buffer.alloc(100_000, 'a'))]).toEqual([true, true]);
});
test('timeout: no headers', async () => {
  const url = await serve(() => {});
  expect(await codeOf(get(url, { timeoutMs: 30 }))).toBe('timeout');
});
test('timeout: a body that never ends', async () => {
  const url = await serve((_request, response) => void response.write('begin'));
  expect(await codeOf(get(url, { timeoutMs: 50 }))).toBe('timeout');
});
test('timeout: no free socket', async () => {
  const url = await serve(() => {}, { maxSockets: 1 });
  const first = codeOf(get(url, { timeoutMs: 80 }));
  expect(await codeOf(get(url, { timeoutMs: 30 }))).toBe('timeout');
  expect(await first).toBe('timeout');
});
test("an abort is thrown with its reason, not as the line's failure", async () => {
  const url = await serve(() => {});
  const controller = new AbortController();
  const run = get(url, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(run).rejects.toThrow('enough');
  await expect(get(url, { signal: controller.signal })).rejects.toThrow('enough');
});
test('an answer that is cut: not taken for whole', async () => {
  const url = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => request.socket.destroy());
  });
  expect(await codeOf(get(url))).toBe('cut');
});
test('a refused connection keeps the code of Node', async () => {
  const url = await serve(() => {});
  await new Promise((resolve) => void server.close(resolve));
  expect(await codeOf(get(url))).toBe('ECONNREFUSED');
  server = createServer().listen(0);
});
test('sockets are kept, bounded, and closed when idle', async () => {
  let accepted = 0;
  const url = await serve((_request, response) => response.end('ok'), { maxSockets: 3, idleTimeoutMs: 50 });
  server.on('connection', () => accepted++);
  await Promise.all(Array.from({ length: 30 }, async () => get(url)));
  expect(accepted).toBe(3);
  expect(transport.sockets).toBe(3);
  await expect.poll(() => transport.sockets).toBe(0);
  await get(url);
  expect(accepted).toBe(4);
});
test('an early answer to a large body: the answer counts, and the rest of the body ends nothing', async () => {
  const url = await serve((request, response) => {
    response.writeHead(400, { connection: 'close' }).end('too large');
    request.socket.end();
  });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, async () =>
      transport.send({ method: 'PUT', url, body: Buffer.alloc(20_000_000), timeoutMs: 5_000 }),
    ),
  );
  for (const outcome of outcomes)
    expect(outcome.status === 'fulfilled' ? outcome.value.status : (outcome.reason as HttpFailure).code).toSatisfy(
      (value: unknown) => value === 400 || value === 'EPIPE' || value === 'ECONNRESET',
    );
});
