/**
 * The one translator: what a server or the line to it said, as a sentence that a user can act on, with its exit code.
 */
import { QdxError, type ErrorKind } from '../../../lib/errors.ts';
import { asServerFailure, type ServerFailure, type StatusFailure } from './failure.ts';
import type { ServerOrigin } from './connection.ts';
import { lineError } from './line-errors.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface RequestContext {
  /** Of the server, without credentials. */
  readonly url: string;
  /** `GET /collections/docs` */
  readonly what: string;
  readonly timeoutMs: number;
  /** Of the request's body, where known. */
  readonly bodyBytes?: number;
  readonly origin?: ServerOrigin;
  /** Whether a key was sent. */
  readonly hasKey?: boolean;
  /** Whether this server has answered as a Qdrant before. */
  readonly hasAnswered?: boolean;
  /** As in RequestOptions. */
  readonly awaitsReturn?: boolean;
}

/**
 * @returns a QdxError for every failure of a request; anything else (an abort, a bug, a QdxError) as it is.
 * A missing collection is `notFound` with `details.collection`; the connection adds the names there are.
 */
export function translateServerError(error: unknown, context: RequestContext): unknown {
  if (error instanceof QdxError) return error;
  const failure = asServerFailure(error);
  if (!failure) return error;
  return failure.type === 'line' ? lineError(failure, context, error) : statusError(failure, context, error);
}

/** Name of the collection that the server does not have; undefined for every other failure. */
export const missingCollectionName = (failure: ServerFailure | undefined): string | undefined =>
  failure?.type === 'status' && failure.status === 404
    ? /Collection `(.+)` doesn't exist/.exec(failure.text)?.[1]
    : undefined;

interface Translation {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

type Rule = (failure: StatusFailure, context: RequestContext) => Translation | undefined;

/** Most specific first. */
const rules: readonly Rule[] = [
  foreignAnswer,
  denied,
  dimension,
  missingCollection,
  tooLarge,
  diskFull,
  strictMode,
  vectorName,
  exists,
  rateLimit,
  overloaded,
  unknownRoute,
  invalid,
];

function statusError(failure: StatusFailure, context: RequestContext, cause: unknown): QdxError {
  for (const rule of rules) {
    const found = rule(failure, context);
    if (!found) continue;
    const { kind, message, hint, details } = found;
    return new QdxError(kind, message, {
      ...(hint && { hint }),
      details: { status: failure.status, ...details },
      cause,
    });
  }
  return new QdxError('failed', `${context.url} answered ${context.what} with ${failure.status}: ${words(failure)}`, {
    details: { status: failure.status },
    cause,
  });
}

/** Anything that is no JSON was not written by Qdrant, but for the plain text of a 401 and the empty body of a 404. */
function foreignAnswer(
  { status, contentType }: StatusFailure,
  { url, what, hasAnswered }: RequestContext,
): Translation | undefined {
  if (!/html|xml|image|octet/.test(contentType) && status >= 300) return undefined;
  if (/json/.test(contentType)) return undefined;
  return {
    // A URL of something else is a wrong argument; a proxy that steps in later is not.
    kind: [502, 503, 504].includes(status) ? 'temporary' : hasAnswered ? 'failed' : 'usage',
    message: `${url} answered ${what} with status ${status} and ${contentType}, not JSON: that is no Qdrant, but a proxy or a page`,
    hint: 'check the URL, its port (6333 where none is named) and its path',
    details: { contentType },
  };
}

function denied({ status, text }: StatusFailure, { url, what, hasKey }: RequestContext): Translation | undefined {
  if (status === 401)
    return {
      kind: 'denied',
      message: `${url} wants ${hasKey === false ? 'an' : 'another'} API key: ${text || 'not authorized'}`,
      hint: 'set QDRANT_API_KEY, or --api-key-file',
    };
  if (status === 403)
    return {
      kind: 'denied',
      message: `the API key may not do this on ${url} (${what}): ${text || 'forbidden'}`,
      hint: 'a read-only key cannot write; take one that may manage the collection',
    };
  return undefined;
}

function dimension({ text }: StatusFailure, { what }: RequestContext): Translation | undefined {
  const found = /expected dim: (\d+), got (\d+)/.exec(text);
  if (!found) return undefined;
  const [, expected, actual] = found;
  const name = collectionIn(what);
  return {
    kind: 'usage',
    message: `vectors of ${actual} dimensions do not fit collection "${name}", whose vectors have ${expected}`,
    hint: `use the model that made "${name}" (${shellText`qdx stats ${name}`} names it), or another collection`,
    details: { collection: name, expected: Number(expected), actual: Number(actual) },
  };
}

function missingCollection(failure: StatusFailure, { url }: RequestContext): Translation | undefined {
  const name = missingCollectionName(failure);
  if (name === undefined) return undefined;
  return {
    kind: 'notFound',
    message: `collection "${name}" is not on ${url}`,
    hint: 'qdx collections',
    details: { collection: name },
  };
}

function tooLarge({ status, text }: StatusFailure, { what }: RequestContext): Translation | undefined {
  const found = /\((\d+) bytes\) is larger than allowed \(limit: (\d+) bytes\)/.exec(text);
  if (!found && status !== 413) return undefined;
  const size = found ? `${found[1]} bytes, the limit is ${found[2]}` : 'the server names no limit';
  return {
    kind: 'failed',
    message: `the request ${what} is too large: ${size}`,
    hint: 'use a smaller --batch-size, or raise service.max_request_size_mb of the server',
  };
}

function diskFull({ text }: StatusFailure, { url }: RequestContext): Translation | undefined {
  if (!/No space left/i.test(text)) return undefined;
  return {
    kind: 'failed',
    message: `the disk of ${url} is full; what it had confirmed is kept`,
    hint: 'free some space (Qdrant wants at least 64 MB for each write-ahead log), then run the same command again',
  };
}

/** Strict mode ends its sentence with `Help: ...`, which is the hint. */
function strictMode({ status, text }: StatusFailure, { what }: RequestContext): Translation | undefined {
  const [sentence = '', help] = text.split(/\s*Help: /);
  if (help === undefined || (status !== 400 && status !== 403)) return undefined;
  return {
    kind: 'usage',
    message: `the strict mode of collection ${collectionIn(what)} refuses this: ${withoutPrefix(sentence)}`,
    hint: help,
  };
}

function vectorName({ text }: StatusFailure, { what }: RequestContext): Translation | undefined {
  const name = /Not existing vector name error: (.*)$/.exec(text)?.[1];
  if (name === undefined) return undefined;
  const collection = collectionIn(what);
  return {
    kind: 'usage',
    message: `collection "${collection}" has no vector named "${name}"`,
    hint: shellText`qdx stats ${collection} lists its vectors`,
  };
}

function exists({ status, text }: StatusFailure, { url }: RequestContext): Translation | undefined {
  if (status !== 409) return undefined;
  return { kind: 'refused', message: `${url} has it already: ${withoutPrefix(text)}`, hint: 'qdx collections' };
}

function rateLimit({ status, retryAfterMs }: StatusFailure, { url, what }: RequestContext): Translation | undefined {
  if (status !== 429) return undefined;
  const wish = retryAfterMs === undefined ? '' : `; it asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
  return {
    kind: 'temporary',
    message: `${url} limits the rate of requests (429 to ${what})${wish}`,
    hint: 'run the same command again later, or with fewer requests at once (--parallel 1)',
  };
}

function overloaded(failure: StatusFailure, { url, what }: RequestContext): Translation | undefined {
  const { status, text } = failure;
  const timedOut = /timed out|Timeout error/i.test(text);
  const replicas =
    /active replicas|consensus|read operations failed|Failed to apply operation|status: Unavailable/i.test(text);
  if (![408, 502, 503, 504].includes(status) && !(status === 500 && (timedOut || replicas))) return undefined;
  return {
    kind: 'temporary',
    message: `${url} could not do ${what} now (${status}): ${words(failure)}`,
    hint: replicas
      ? 'a peer of the cluster may be down: /cluster of the server lists them; run the same command again'
      : 'run the same command again later',
  };
}

/** Routes of a newer server are plain 404s with an empty body. */
function unknownRoute({ status, text }: StatusFailure, { url, what }: RequestContext): Translation | undefined {
  if (status !== 404) return undefined;
  return {
    kind: 'notFound',
    message: text === '' ? `${url} does not know ${what}` : `${url} did not find it: ${withoutPrefix(text)}`,
    hint: 'check the path of the URL; the server may also be too old for this',
  };
}

function invalid(failure: StatusFailure, { url, what }: RequestContext): Translation | undefined {
  if (failure.status !== 400 && failure.status !== 422) return undefined;
  return { kind: 'usage', message: `${url} refuses ${what}: ${words(failure)}` };
}

/** On one line, and not longer than a screen. */
const words = ({ text }: StatusFailure): string =>
  withoutPrefix(text).replaceAll(/\s+/g, ' ').slice(0, 600) || 'it gives no reason';

const withoutPrefix = (text: string): string =>
  text.replace(/^(Wrong input|Bad request|Service internal error|Not found|Forbidden): /, '').trim();

const collectionIn = (what: string): string => decodeURIComponent(/\/collections\/([^/? ]+)/.exec(what)?.[1] ?? '');
