/**
 * HTTP on node:http(s): keep-alive, a bound on sockets, timeouts, streamed bodies, limits on what is read.
 *
 * Failures of the line are HttpFailures with a code; answers of any status are results. What they mean is the caller's.
 */
import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface HttpTransportOptions {
  /** Sockets, all hosts together; further requests wait in line. */
  readonly maxSockets: number;
  /** Idle sockets are closed after this time; below the server's own limit (Qdrant: 5 s), so that none is found dead. */
  readonly idleTimeoutMs?: number;
  readonly userAgent?: string;
}

interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
  /** From the call to the last byte of the answer, waiting for a socket included; what is streamed starts it anew. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Longest answer that is read into memory. */
  readonly maxAnswerBytes?: number;
  /** Gives memory of at least so many bytes to read an answer into, where it says how long it is; absent: new memory. */
  readonly memory?: (sizeBytes: number) => Buffer;
  /** Takes the body of an answer of this status, of any length, instead of the answer; each chunk is waited for. */
  readonly sink?: { readonly status: number; readonly write: (chunk: Buffer) => Promise<void> };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpTransport {
  /** @throws HttpFailure, or the signal's reason. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Open sockets, busy and idle. */
  readonly sockets: number;
  /** Closes idle sockets at once and busy ones with their requests. */
  close(): void;
}

/** Why no answer came: a Node error code (`ECONNREFUSED`, ...) or one of our own. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly code: string;

  /** `code`: of Node or OpenSSL, or `timeout`, `cut` (the answer ended early), `answer-too-large`. */
  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const defaultAnswerBytes = 512 * 2 ** 20;

export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const { maxSockets, idleTimeoutMs = 4_000, userAgent = 'qdx' } = options;
  const settings = {
    keepAlive: true,
    maxSockets,
    maxTotalSockets: maxSockets,
    timeout: idleTimeoutMs,
    scheduling: 'lifo',
  } as const;
  const plain = { send: httpRequest, agent: new HttpAgent(settings) };
  let secure: typeof plain | undefined;
  const open = async (request: HttpRequest, watch: Watch): Promise<IncomingMessage> => {
    if (request.url.protocol !== 'https:') return openRequest(request, { userAgent, ...watch, ...plain });
    // Loaded on use: TLS would cost every command some milliseconds.
    const https = await import('node:https');
    secure ??= { send: https.request, agent: new https.Agent(settings) };
    return openRequest(request, { userAgent, ...watch, ...secure });
  };
  const agents = () => (secure ? [plain.agent, secure.agent] : [plain.agent]);
  return {
    send: async (request) =>
      withTimeout(request, async (watch) => {
        const answer = await open(request, watch);
        const status = answer.statusCode ?? 0;
        const write = request.sink?.status === status ? request.sink.write : undefined;
        const body = await readBody(answer, request, watch, write);
        return { status, headers: answer.headers, body };
      }),
    get sockets() {
      return agents().reduce((sum, agent) => sum + count(agent.sockets) + count(agent.freeSockets), 0);
    },
    close: () => {
      for (const agent of agents()) agent.destroy();
    },
  };
}

const count = (sockets: NodeJS.ReadOnlyDict<readonly unknown[]>): number =>
  Object.values(sockets).reduce((sum, list) => sum + (list?.length ?? 0), 0);

interface Watch {
  readonly signal: AbortSignal;
  /** Starts the time limit anew. */
  readonly alive: () => void;
}

interface OpenOptions extends Watch {
  readonly userAgent: string;
  readonly send: typeof httpRequest;
  readonly agent: HttpAgent;
}

async function openRequest(
  request: HttpRequest,
  { userAgent, signal, alive, send, agent }: OpenOptions,
): Promise<IncomingMessage> {
  const { method, url, body } = request;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const headers: Record<string, string> = { 'user-agent': userAgent, accept: 'application/json', ...request.headers };
  if (bytes instanceof Uint8Array) headers['content-length'] = String(bytes.length);
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, agent, headers, signal });
    outgoing.on('socket', guardSocket);
    outgoing.on('response', (answer) => {
      // An answer may come while the body is still being sent (too large, say). It is the better explanation; the rest
      // of the body is of no use, and neither is the connection.
      answer.once('end', () => {
        if (!outgoing.writableFinished) outgoing.destroy();
      });
      resolve(answer);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => reject(toFailure(error, outgoing.reusedSocket)));
    if (bytes === undefined || bytes instanceof Uint8Array) outgoing.end(bytes);
    else
      pipeline(bytes, watched(alive), outgoing).catch((error: NodeJS.ErrnoException) =>
        reject(toFailure(error, false)),
      );
  });
}

const guarded = new WeakSet<Socket>();

/** Once an early answer has ended, Node leaves a failing write of the body without a listener, which ends the process. */
function guardSocket(socket: Socket): void {
  if (guarded.has(socket)) return;
  guarded.add(socket);
  socket.on('error', () => {});
}

/** What passes through tells that the line is alive. */
const watched = (alive: () => void) =>
  async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of chunks) {
      alive();
      yield chunk;
    }
  };

/** Empty where `write` took it. What that throws comes as it is. */
async function readBody(
  answer: IncomingMessage,
  request: HttpRequest,
  { alive }: Watch,
  write: ((chunk: Buffer) => Promise<void>) | undefined,
): Promise<Buffer> {
  const body = createBody(answer, request);
  let writeFailure: unknown;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      alive();
      if (write) {
        await write(chunk).catch((error: unknown) => {
          writeFailure = error;
          throw error;
        });
        continue;
      }
      body.add(chunk);
    }
  } catch (error) {
    if (error instanceof HttpFailure || error === writeFailure) throw error;
    throw toFailure(error as NodeJS.ErrnoException, false, answer.complete);
  }
  return body.whole();
}

/** Puts chunks together; where the answer says how long it is, in memory that is asked for once. */
function createBody({ headers }: IncomingMessage, { maxAnswerBytes, memory = newMemory }: HttpRequest) {
  const maxBytes = maxAnswerBytes ?? defaultAnswerBytes;
  const stated = Number(headers['content-length']);
  const isStated = stated > mostChunkBytes && stated <= maxBytes;
  const whole = isStated ? memory(stated).subarray(0, stated) : null;
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    add(chunk: Buffer): void {
      if (length + chunk.length > maxBytes)
        throw new HttpFailure('answer-too-large', `the answer is larger than ${maxBytes} bytes`);
      if (whole) whole.set(chunk, length);
      else chunks.push(chunk);
      length += chunk.length;
    },
    whole(): Buffer {
      if (whole) return length === whole.length ? whole : whole.subarray(0, length);
      return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length);
    },
  };
}

const newMemory = (sizeBytes: number): Buffer => Buffer.allocUnsafeSlow(sizeBytes);

/** What Node reads of a socket at once. */
const mostChunkBytes = 64 * 1024;

function toFailure(error: NodeJS.ErrnoException, reused: boolean, complete = true): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const cut = !complete && (error.code === 'ECONNRESET' || error.code === undefined);
  const code = cut ? 'cut' : (error.code ?? 'failed');
  return new HttpFailure(code, reused ? `${error.message} (on a kept connection)` : error.message, error);
}

/** Runs with one signal for the caller's wish and the time limit, and says which of the two it was. */
async function withTimeout<T>(request: HttpRequest, run: (watch: Watch) => Promise<T>): Promise<T> {
  const { signal, timeoutMs } = request;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort();
  }, timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await run({ signal: controller.signal, alive: () => timer.refresh() });
  } catch (error) {
    signal?.throwIfAborted();
    if (timedOut) throw new HttpFailure('timeout', `no answer within ${timeoutMs} ms`, error);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
