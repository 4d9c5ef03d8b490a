/**
 * One question to a service over HTTP: JSON there, JSON back. What fails for this question alone, and may be asked again, is an
 * AnswerFailure; what would fail for every other question too is a QdxError.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { QdxError } from './errors.ts';
import { createHttpTransport, type HttpAnswer, HttpFailure } from './http.ts';
import { retryAfterMs } from './retry.ts';

export interface JsonEndpointOptions {
  readonly address: URL;
  readonly apiKey?: string;
  /** Of one question, from its start to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxSockets: number;
  readonly maxAnswerBytes: number;
  /** For messages: `the reranker`. */
  readonly what: string;
  readonly hints: EndpointHints;
}

/** What to do about failures that no repeated question mends. */
interface EndpointHints {
  readonly unreachable: string;
  readonly denied: string;
  readonly notFound: string;
  readonly refused: string;
}

interface JsonAnswer {
  readonly json: unknown;
  readonly headers: IncomingHttpHeaders;
}

export interface JsonEndpoint {
  /** @throws AnswerFailure, QdxError `temporary`, `denied`, `notFound` or `failed`, or the signal's reason. */
  ask(body: object, signal?: AbortSignal): Promise<JsonAnswer>;
  close(): void;
}

export type AnswerFailureReason =
  | 'timeout'
  | 'cut'
  | 'rateLimited'
  | 'serverError'
  | 'tooLong'
  | 'tooLarge'
  | 'notJson'
  | (string & {});

/** Why one question has no answer. */
export class AnswerFailure extends Error {
  override readonly name = 'AnswerFailure';
  /** As reports count it. */
  readonly reason: AnswerFailureReason;
  /** The server's own wish before the next question. */
  readonly waitMs: number | undefined;

  /** @param said As the end of a sentence: `answers 503: overloaded`. */
  constructor(reason: AnswerFailureReason, said: string = reason, waitMs?: number) {
    super(said);
    this.reason = reason;
    this.waitMs = waitMs;
  }
}

export function openJsonEndpoint(options: JsonEndpointOptions): JsonEndpoint {
  const { address, apiKey, timeoutMs, maxAnswerBytes } = options;
  const transport = createHttpTransport({ maxSockets: options.maxSockets });
  let hasAnswered = false;
  return {
    ask: async (body, signal) => {
      const answer = await transport
        .send({
          method: 'POST',
          url: address,
          headers: {
            'content-type': 'application/json',
            ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
          },
          body: JSON.stringify(body),
          timeoutMs,
          maxAnswerBytes,
          ...(signal && { signal }),
        })
        .catch((error: unknown) => {
          throw error instanceof HttpFailure ? lineFailure(error, hasAnswered, options) : error;
        });
      hasAnswered = true;
      return { json: jsonOf(answer, options), headers: answer.headers };
    },
    close: () => transport.close(),
  };
}

/** Of OpenSSL, by which Node names what is wrong with a certificate. */
const certificateCodes = /CERT|UNABLE_TO_VERIFY/;
/** The other side does not speak TLS at all. */
const tlsCodes = /^(EPROTO|ERR_SSL_)/;

/** A line that has carried an answer, or broke in the middle of one, may carry the next. */
function lineFailure(error: HttpFailure, hasAnswered: boolean, { address, what, hints }: JsonEndpointOptions): Error {
  if (error.code === 'timeout') return new AnswerFailure('timeout', `gives ${error.message}`);
  if (certificateCodes.test(error.code))
    return new QdxError('denied', `${what} at ${address.origin} cannot be trusted: ${error.message} (${error.code})`, {
      hint: 'give its authority by NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or use the host name of its certificate',
      cause: error,
    });
  if (tlsCodes.test(error.code))
    return new QdxError('usage', `${what} at ${address.origin} speaks no TLS on this port`, {
      hint: `use ${address.origin.replace(/^https:/, 'http:')}`,
      cause: error,
    });
  if (error.code === 'answer-too-large') return new AnswerFailure('tooLarge', `gives too much: ${error.message}`);
  if (hasAnswered || error.code === 'cut' || error.code === 'ECONNRESET')
    return new AnswerFailure('cut', `breaks off: ${error.message}`);
  return new QdxError('temporary', `${what} at ${address.origin} cannot be reached: ${error.message}`, {
    hint: hints.unreachable,
    cause: error,
  });
}

function jsonOf({ status, headers, body }: HttpAnswer, { address, what, hints }: JsonEndpointOptions): unknown {
  if (status >= 200 && status < 300) return parsed(body, headers);
  const said = body.toString('utf8').replaceAll(/\s+/g, ' ').slice(0, 300);
  const answered = `answers ${status}${said && `: ${said}`}`;
  if (saysTooLong(status, said)) throw new AnswerFailure('tooLong', answered);
  const reason = passingReason(status);
  if (reason) throw new AnswerFailure(reason, answered, retryAfterMs(headers['retry-after']));
  const sentence = `${what} at ${address.origin}${address.pathname} ${answered}`;
  if (status === 401 || status === 403) throw new QdxError('denied', sentence, { hint: hints.denied });
  if (status === 404 || (status >= 300 && status < 400))
    throw new QdxError('notFound', sentence, { hint: hints.notFound });
  throw new QdxError('failed', sentence, { hint: hints.refused });
}

/**
 * OpenAI: 400 `maximum context length is 8192 tokens`, `Requested 453357 tokens, max 300000 tokens per request`.
 * text-embeddings-inference: 413 `must have less than 512 tokens`. llama.cpp: 500 `input is too large to process`.
 */
function saysTooLong(status: number, said: string): boolean {
  if (status === 500) return /too large to process/i.test(said);
  const isRefusal = status === 400 || status === 422;
  return (
    status === 413 ||
    (isRefusal && /context|too long|too large|maximum|length|max \d+ tokens|less than \d+/i.test(said))
  );
}

/** Of answers that another time may be better. */
function passingReason(status: number): AnswerFailureReason | null {
  if (status === 429) return 'rateLimited';
  if (status === 408) return 'timeout';
  return status >= 500 ? 'serverError' : null;
}

function parsed(body: Buffer, headers: IncomingHttpHeaders): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const isPage = /^\s*</.test(text) || /html/i.test(headers['content-type'] ?? '');
    throw new AnswerFailure('notJson', isPage ? 'answers with a web page, not with JSON' : 'gives no whole JSON');
  }
}
