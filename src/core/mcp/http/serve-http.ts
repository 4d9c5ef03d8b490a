/**
 * The server over HTTP, on the loopback of this machine alone.
 */
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { mcpPath } from '../mcp-path.ts';
import { createMcpServer, type McpParams } from '../server.ts';
import { type GuardRules, type Refusal, refusalOf } from './guard.ts';

export interface HttpParams extends McpParams {
  /** 0: any that is free. */
  readonly port: number;
  readonly guard: GuardRules;
  /** Once it can be reached. */
  readonly onListening: (url: string) => void;
}

const loopback = '127.0.0.1';
/** Of the body of one request. */
const maxBodyBytes = 4 * 1024 * 1024;
const maxConnections = 128;

/** Serves until the signal. @throws QdxError `usage` for a port that is taken. */
export async function serveHttp({ port, guard, onListening, ...params }: HttpParams, run: RunOptions): Promise<void> {
  const onerror = ({ message }: Error) => run.onEvent?.({ type: 'trace', message: `mcp: ${message}` });
  const handler = createMcpHandler(() => createMcpServer(params, run), { maxRequestBodySize: maxBodyBytes, onerror });
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (request, response) => {
    answer(request, response, { handler, guard }).catch((error: unknown) => {
      onerror(error as Error);
      response.destroy();
    });
  });
  server.maxConnections = maxConnections;
  await listen(server, port);
  onListening(`http://${loopback}:${(server.address() as AddressInfo).port}${mcpPath}`);
  await stopped(run.signal);
  await handler.close();
  server.close();
  server.closeAllConnections();
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
    server.listen(port, loopback, () => resolve());
  });

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return error;
  const why = error.code === 'EACCES' ? 'may not be opened by this user' : 'is taken by another program';
  return new QdxError('usage', `port ${port} of ${loopback} ${why}`, {
    hint: 'name another: qdx mcp --http --port 7734',
  });
}

const stopped = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });

interface Serving {
  readonly handler: McpHttpHandler;
  readonly guard: GuardRules;
}

async function answer(request: IncomingMessage, response: ServerResponse, { handler, guard }: Serving): Promise<void> {
  const refusal = refusalOf(request, guard);
  if (refusal) return refuse(request, response, refusal);
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const answered = await handler.fetch(toWebRequest(request, gone.signal));
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  if (!answered.body) {
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answered.body), response);
}

/** The body is not read: whoever may not speak is not listened to. */
function refuse(request: IncomingMessage, response: ServerResponse, { status, message, headers }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }));
  request.resume();
}

function toWebRequest(request: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/' } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`http://${loopback}${url}`, {
    method,
    headers,
    signal,
    ...(hasBody && { body: Readable.toWeb(request) as unknown as ReadableStream, duplex: 'half' }),
  });
}
