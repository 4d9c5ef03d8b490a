/**
 * Failures of requests in one shape, whatever made them: our transport, an answer of the server, the official client.
 */
import { HttpFailure } from '../../../lib/http.ts';
import { retryAfterMs } from '../../../lib/retry.ts';

/** No usable answer came. `code`: of Node, OpenSSL or undici, or `timeout`, `cut`, `answer-too-large`. */
export interface LineFailure {
  readonly type: 'line';
  readonly code: string;
  readonly message: string;
  readonly cause?: unknown;
}

/** An answer that is no success. */
export interface StatusFailure {
  readonly type: 'status';
  readonly status: number;
  /** The server's own words. */
  readonly text: string;
  readonly contentType: string;
  readonly retryAfterMs: number | undefined;
}

export type ServerFailure = LineFailure | StatusFailure;

/** Thrown between the transport and the translation; no caller of a connection sees it. */
export class FailedRequest extends Error {
  override readonly name = 'FailedRequest';
  readonly failure: ServerFailure;

  constructor(failure: ServerFailure) {
    super(failure.type === 'line' ? failure.message : failure.text);
    this.failure = failure;
  }
}

interface ClientErrorLike {
  readonly name?: string;
  readonly message?: string;
  readonly status?: number;
  readonly statusText?: string;
  readonly data?: unknown;
  readonly headers?: { get?(name: string): string | null };
  readonly cause?: { readonly code?: string; readonly message?: string };
}

/** Undefined for what is no failure of a request: a bug, or an abort. */
export function asServerFailure(error: unknown): ServerFailure | undefined {
  if (error instanceof FailedRequest) return error.failure;
  if (error instanceof HttpFailure) return { type: 'line', code: error.code, message: error.message, cause: error };
  return typeof error === 'object' && error !== null ? fromOfficialClient(error) : undefined;
}

/**
 * Errors of @qdrant/js-client-rest: mostly plain objects whose class is not exported, so they are known by their shape.
 * Its `retry_after` is wrong from 10 s on (the first digit only), so it is left out.
 */
function fromOfficialClient(error: ClientErrorLike): ServerFailure | undefined {
  const message = error.message ?? '';
  if (error.name === 'QdrantClientTimeoutError') return { type: 'line', code: 'timeout', message, cause: error };
  if (error.name === 'QdrantClientResourceExhaustedError') return statusFailure(429, message, 'application/json');
  if (error.name === 'QdrantClientUnexpectedResponseError')
    return statusFailure(Number(/\d{3}/.exec(message)?.[0] ?? 0), message, 'application/json');
  if (typeof error.status === 'number' && 'data' in error) return fromApiError(error.status, error);
  if (message === 'fetch failed' && error.cause)
    return { type: 'line', code: error.cause.code ?? 'failed', message: error.cause.message ?? message, cause: error };
  return undefined;
}

function fromApiError(status: number, error: ClientErrorLike): StatusFailure {
  const header = (name: string) => error.headers?.get?.(name) ?? undefined;
  const text = errorText(error.data) || (error.statusText ?? '');
  return statusFailure(status, text, header('content-type') ?? 'application/json', header('retry-after'));
}

/** `retryAfter`: the header as sent; without one the server's text may say it. */
export function statusFailure(status: number, text: string, contentType: string, retryAfter?: string): StatusFailure {
  const said = /Retry after (\d+)s/i.exec(text)?.[1];
  return { type: 'status', status, text, contentType, retryAfterMs: retryAfterMs(retryAfter) ?? retryAfterMs(said) };
}

/** `{status:{error}}` of Qdrant, or plain text as of a 401. */
export function errorText(data: unknown): string {
  if (typeof data === 'string') return data.trim();
  const status = (data as { status?: { error?: unknown } } | null | undefined)?.status;
  return typeof status?.error === 'string' ? status.error : '';
}
