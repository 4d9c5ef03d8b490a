/**
 * One line to one server: requests with retries, errors translated, the official client beside it within the same bound.
 */
import type { QdrantClient } from '@qdrant/js-client-rest';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from '../../../lib/errors.ts';
import { assertKeyIsSafe } from '../../../lib/remote-address.ts';
import { createHttpTransport, type HttpAnswer, type HttpTransport } from '../../../lib/http.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { retry } from '../../../lib/retry.ts';
import { noDownload, readAnswer, readRawAnswer, resultOf } from './answer.ts';
import {
  type Connection,
  type ConnectionOptions,
  type RequestOptions,
  type ServerInfo,
  StreamedBody,
} from './connection.ts';
import { missingCollectionName, type RequestContext, translateServerError } from './errors.ts';
import { asServerFailure } from './failure.ts';
import { featuresOf, untestedVersionWarning } from './features.ts';
import type { OfficialClientOptions } from './official-client.ts';
import { adviseRetry } from './repeatable.ts';
import { parseServerUrl, type ServerUrl } from './server-url.ts';

type Method = Parameters<Connection['request']>[0];

/** What the registry hands out is one of these, shared (registry.ts). */
export class ServerConnection implements Omit<Connection, 'peerAt' | 'serverId'> {
  readonly url: string;
  readonly sockets: number;
  readonly #server: ServerUrl;
  readonly #options: ConnectionOptions;
  readonly #transport: HttpTransport;
  readonly #clientSockets: number;
  #info: Promise<ServerInfo> | undefined;
  #client: Promise<QdrantClient> | undefined;
  #hasAnswered = false;
  /** On the clock of `performance`: until then the wait was told already. */
  #toldUntil = 0;
  /** It went away, which was told, and has not answered since. */
  #isAway = false;

  /** @throws QdxError `usage` for a bad URL, `refused` for a key that would go in the clear. */
  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#server = parseServerUrl(options.url);
    this.url = this.#server.text;
    assertKeyIsSafe(this.#server, options.apiKey, options.insecure ?? false);
    // The official client has a pool of its own: a fifth of the sockets is kept for it, so that both stay in the bound.
    this.#clientSockets = Math.max(1, Math.floor(options.maxSockets / 5));
    this.sockets = Math.max(1, options.maxSockets - this.#clientSockets);
    this.#transport = createHttpTransport({ maxSockets: this.sockets });
  }

  async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const { accepted, document } = await this.#ask(method, path, options, readAnswer);
    if (!accepted) return resultOf(document) as T;
    return (await this.#untilDone(`${method} ${path}`, options)) as T;
  }

  async requestRaw<T>(method: Method, path: string, read: (body: Buffer) => T, options: RequestOptions = {}) {
    return this.#ask(method, path, options, (answer) => readRawAnswer(answer, read));
  }

  async download(path: string, write: (chunk: Buffer) => Promise<void>, options: RequestOptions = {}): Promise<void> {
    let taken = 0;
    const take = async (chunk: Buffer) => {
      await write(chunk);
      taken += chunk.length;
    };
    const attempt = async () => {
      const status = taken === 0 ? 200 : 206;
      const range = taken === 0 ? {} : { range: `bytes=${taken}-` };
      const answer = await this.#attempt('GET', path, options, undefined, {
        headers: range,
        sink: { status, write: take },
      });
      if (answer.status !== status) throw noDownload(answer);
    };
    const what = `GET ${path}`;
    const timeoutMs = options.timeoutMs ?? this.#options.timeoutMs;
    await this.#repeat(attempt, { ...this.#about(), what, timeoutMs }, options);
  }

  async client(): Promise<QdrantClient> {
    this.#client ??= createClient(this.#server, this.#options, this.#clientSockets, async (call, what) =>
      this.#repeat(call, { ...this.#about(), what, timeoutMs: this.#options.timeoutMs }, {}),
    );
    return this.#client;
  }

  async server(): Promise<ServerInfo> {
    this.#info ??= this.#readServer().catch((error: unknown) => {
      this.#info = undefined;
      throw error;
    });
    return this.#info;
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  async #readServer(): Promise<ServerInfo> {
    const known = this.#options.version;
    const { version, clockAheadMs } =
      known === undefined ? await this.#readRoot() : { version: known, clockAheadMs: null };
    const warning = untestedVersionWarning(version, this.url);
    if (warning) this.#options.onEvent?.({ type: 'warning', message: warning });
    return { version, features: featuresOf(version), clockAheadMs };
  }

  async #readRoot(): Promise<Pick<ServerInfo, 'version' | 'clockAheadMs'>> {
    const { document, clockAheadMs } = await this.#ask('GET', '/', {}, (answer) => ({
      ...readAnswer(answer),
      clockAheadMs: clockAhead(answer),
    }));
    const { title, version } = document as { title?: string; version?: string };
    if (typeof version === 'string' && title?.startsWith('qdrant')) return { version, clockAheadMs };
    throw new QdxError('usage', `${this.url} answers in JSON, but it is no Qdrant server`, {
      hint: 'check the URL, its port and its path',
    });
  }

  async #ask<T>(method: Method, path: string, options: RequestOptions, read: (answer: HttpAnswer) => T): Promise<T> {
    const body = encodeBody(options.body);
    const context: RequestContext = {
      ...this.#about(),
      what: `${method} ${path}`,
      timeoutMs: options.timeoutMs ?? this.#options.timeoutMs,
      ...(body instanceof Uint8Array && { bodyBytes: body.length }),
    };
    return this.#repeat(async () => read(await this.#attempt(method, path, options, body)), context, options);
  }

  /** Tries until it is done or not worth it; what is thrown then is a sentence. */
  async #repeat<T>(attempt: () => Promise<T>, context: RequestContext, options: RequestOptions): Promise<T> {
    const { signal, repeatable = true, awaitsReturn = true } = options;
    const isLocal = this.#options.origin?.kind === 'local';
    const answered = async () => {
      const result = await attempt();
      this.#noteAnswer();
      return result;
    };
    try {
      return await retry(answered, {
        retries: this.#options.retries,
        deadlineMs: this.#options.retryDeadlineMs,
        advise: (error) => adviseRetry(error, { repeatable, hasAnswered: this.#hasAnswered, isLocal, awaitsReturn }),
        ...(signal && { signal }),
        stopWaiting: this.#options.signal,
        onRetry: (attempt, waitMs, reason, isAway) => {
          options.onRetry?.(attempt, waitMs, reason);
          // Who was asked may want no other attempt: then there is no wait to be told.
          if (signal?.aborted) return;
          if (isAway) this.#tellAway();
          this.#tellRetry(context, attempt, waitMs, reason);
        },
      });
    } catch (error) {
      throw await this.#explain(error, { ...context, awaitsReturn, hasAnswered: this.#hasAnswered });
    }
  }

  /** What every sentence about this server needs. */
  #about(): Pick<RequestContext, 'url' | 'origin' | 'hasKey'> {
    const { origin, apiKey } = this.#options;
    return { url: this.url, hasKey: apiKey !== undefined, ...(origin && { origin }) };
  }

  #noteAnswer(): void {
    this.#hasAnswered = true;
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.onEvent?.({ type: 'note', message: `${this.url} is back` });
  }

  /** Once for each time that it goes away, however many requests wait. */
  #tellAway(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    const seconds = Math.ceil(this.#options.retryDeadlineMs / 1000);
    const message = `waiting for ${this.url} to come back, up to ${seconds} s`;
    this.#options.onEvent?.({ type: 'note', message });
  }

  /** A wait that a person would notice is told once, however many requests wait; each one only to who asks for details. */
  #tellRetry({ what }: RequestContext, attempt: number, waitMs: number, reason: string): void {
    const { onEvent } = this.#options;
    const seconds = (waitMs / 1000).toFixed(waitMs < 10_000 ? 1 : 0);
    const now = performance.now();
    if (waitMs < noticedWaitMs || now < this.#toldUntil || this.#isAway) {
      const which = `${what} failed (${reason}); attempt ${attempt + 1} in ${seconds} s`;
      return onEvent?.({ type: 'trace', message: `${this.url}: ${which}` });
    }
    this.#toldUntil = now + waitMs;
    const message = `${this.url} cannot do its work now (${reason}); it is asked again in ${seconds} s`;
    onEvent?.({ type: 'note', message });
  }

  async #attempt(
    method: Method,
    path: string,
    options: RequestOptions,
    body: Uint8Array | StreamedBody | undefined,
    more: Partial<Pick<Parameters<HttpTransport['send']>[0], 'headers' | 'sink'>> = {},
  ): Promise<HttpAnswer> {
    const { apiKey } = this.#options;
    return this.#transport.send({
      method,
      url: requestUrl(this.url, path, options.query),
      ...more,
      headers: {
        ...more.headers,
        ...headersOf(body),
        ...(apiKey !== undefined && { 'api-key': apiKey }),
      },
      ...(body && { body: body instanceof StreamedBody ? body.open() : body }),
      timeoutMs: options.timeoutMs ?? this.#options.timeoutMs,
      ...(options.maxAnswerBytes !== undefined && { maxAnswerBytes: options.maxAnswerBytes }),
      ...(options.memory && { memory: options.memory }),
      ...(options.signal && { signal: options.signal }),
    });
  }

  /** Asks until the accepted work is done, at first soon, then every second; the request's own timeout bounds it. */
  async #untilDone(what: string, { whenAccepted, signal, timeoutMs }: RequestOptions): Promise<unknown> {
    if (!whenAccepted)
      throw new QdxError('failed', `${this.url} accepted ${what} (202) but did not say when it is done`, {
        hint: 'look at the collection before you run it again',
      });
    const limitMs = timeoutMs ?? this.#options.timeoutMs;
    const startedAt = performance.now();
    for (let waitMs = 20; performance.now() - startedAt < limitMs; waitMs = Math.min(1_000, waitMs * 2)) {
      const result = await whenAccepted();
      if (result !== undefined) return result;
      await sleep(waitMs, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted());
    }
    throw new QdxError('temporary', `${this.url} accepted ${what} (202) and was not done after ${limitMs} ms`, {
      hint: 'it may still finish; look at the collection before you run it again',
    });
  }

  async #explain(error: unknown, context: RequestContext): Promise<unknown> {
    const name = missingCollectionName(asServerFailure(error));
    if (name !== undefined) return (await this.#missingCollection(name)) ?? translateServerError(error, context);
    return translateServerError(error, context);
  }

  /** Undefined where even the list cannot be read (a key for one collection only). */
  async #missingCollection(name: string): Promise<QdxError | undefined> {
    const { listCollections, missingCollection, publicNames } = await import('../collection/names.ts');
    try {
      return missingCollection(this.url, name, publicNames(await listCollections(this)));
    } catch {
      return undefined;
    }
  }
}

const noticedWaitMs = 2_000;

async function createClient(
  url: ServerUrl,
  { apiKey, timeoutMs }: ConnectionOptions,
  maxSockets: number,
  repeat: OfficialClientOptions['repeat'],
): Promise<QdrantClient> {
  const { createOfficialClient } = await import('./official-client.ts');
  return createOfficialClient({ url, apiKey, timeoutMs, maxSockets, repeat });
}

/** Ready bytes are sent as they are. */
function encodeBody(body: unknown): Uint8Array | StreamedBody | undefined {
  if (body === undefined || body instanceof Uint8Array || body instanceof StreamedBody) return body;
  return Buffer.from(stringifyJson(body));
}

function headersOf(body: Uint8Array | StreamedBody | undefined): Record<string, string> {
  if (!body) return {};
  if (body instanceof Uint8Array) return { 'content-type': 'application/json' };
  return { 'content-type': body.contentType, 'content-length': String(body.sizeBytes) };
}

function requestUrl(base: string, path: string, query: RequestOptions['query'] = {}): URL {
  const url = new URL(`${base}${path}`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** By the Date of an answer, which has whole seconds. */
function clockAhead({ headers }: HttpAnswer): number | null {
  const serverMs = Date.parse(headers.date ?? '');
  return Number.isNaN(serverMs) ? null : serverMs - Date.now();
}
