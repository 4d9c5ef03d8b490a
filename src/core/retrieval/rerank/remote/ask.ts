/**
 * One question to an endpoint: a JSON request, an answer that is checked by who asked, one retry. What fails for this request
 * alone is a result; what would fail for every other too is thrown.
 */
import { QdxError } from '../../../../lib/errors.ts';
import type { RunOptions } from '../../../../lib/events.ts';
import { createHttpTransport, type HttpAnswer, HttpFailure, type HttpTransport } from '../../../../lib/http.ts';
import { retry, retryAfterMs } from '../../../../lib/retry.ts';
import type { RemoteParams } from './remote-params.ts';
import { createSpending, type Spending } from './spending.ts';

export interface Endpoint {
  readonly address: URL;
  readonly spending: Spending;
  /** @param read Makes an answer of the parsed JSON, or says as `Failed` what is wrong with it. */
  ask<T>(body: object, read: (json: unknown) => T | Failed, run: RunOptions): Promise<T | Failed>;
  close(): void;
}

/** Why a request has no answer, as reports count it: `timeout`, `rateLimited`, `malformed`, … */
export class Failed {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Once: an endpoint that is asked in earnest by several at a time must not be asked again and again. */
const retries = 1;
/** Longest wait that an endpoint may ask for before its retry; what wants more is a failure of this request. */
const longestWaitMs = 5_000;
const maxAnswerBytes = 16 * 2 ** 20;

class AnswerFailure extends Error {
  readonly failed: Failed;
  readonly waitMs: number | undefined;

  constructor(reason: string, waitMs?: number) {
    super(reason);
    this.failed = new Failed(reason);
    this.waitMs = waitMs;
  }
}

export function openEndpoint(address: URL, remote: RemoteParams): Endpoint {
  const transport = createHttpTransport({ maxSockets: 8 });
  const spending = createSpending(remote);
  let hasAnswered = false;
  const send = async (body: object, run: RunOptions): Promise<unknown> => {
    const cap = spending.reached();
    if (cap) throw new AnswerFailure(cap);
    spending.addRequest();
    const answer = await sendOnce(transport, { address, remote, body, hasAnswered }, run);
    hasAnswered = true;
    return jsonOf(answer, address);
  };
  return {
    address,
    spending,
    ask: async (body, read, run) => {
      try {
        return await retry(
          async () => {
            const result = read(await send(body, run));
            if (result instanceof Failed) throw new AnswerFailure(result.reason);
            return result;
          },
          {
            retries,
            deadlineMs: remote.timeoutMs + longestWaitMs,
            firstWaitMs: 200,
            advise: (error) => adviceFor(error),
            onRetry: (_attempt, waitMs, reason) =>
              run.onEvent?.({ type: 'trace', message: `asking ${address.origin} again in ${waitMs} ms: ${reason}` }),
            ...(run.signal && { signal: run.signal }),
          },
        );
      } catch (error) {
        if (error instanceof AnswerFailure) return error.failed;
        throw error;
      }
    },
    close: () => transport.close(),
  };
}

/** Not once a cap is reached, nor for what cannot be waited for. */
function adviceFor(error: unknown) {
  if (!(error instanceof AnswerFailure)) return { again: false, reason: String(error) };
  const { waitMs, failed } = error;
  const again = failed.reason !== 'maxRequests' && failed.reason !== 'maxCost' && (waitMs ?? 0) <= longestWaitMs;
  return { again, reason: failed.reason, ...(waitMs !== undefined && { waitMs }) };
}

interface Sending {
  readonly address: URL;
  readonly remote: RemoteParams;
  readonly body: object;
  readonly hasAnswered: boolean;
}

async function sendOnce(
  transport: HttpTransport,
  { address, remote, body, hasAnswered }: Sending,
  { signal }: RunOptions,
): Promise<HttpAnswer> {
  try {
    return await transport.send({
      method: 'POST',
      url: address,
      headers: {
        'content-type': 'application/json',
        ...(remote.apiKey !== undefined && { authorization: `Bearer ${remote.apiKey}` }),
      },
      body: JSON.stringify(body),
      timeoutMs: remote.timeoutMs,
      maxAnswerBytes,
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (error.code === 'timeout') throw new AnswerFailure('timeout');
    if (hasAnswered || error.code === 'cut' || error.code === 'ECONNRESET') throw new AnswerFailure('cut');
    throw new QdxError('temporary', `the reranker at ${address.origin} cannot be reached: ${error.message}`, {
      hint: 'check --rerank-url; --rerank-fallback late (or cross) goes on without it',
      cause: error,
    });
  }
}

/** @throws QdxError for a status that every further request would get as well. */
function jsonOf({ status, headers, body }: HttpAnswer, address: URL): unknown {
  if (status >= 200 && status < 300) return parsed(body);
  if (status === 429) throw new AnswerFailure('rateLimited', retryAfterMs(headers['retry-after']));
  if (status === 408) throw new AnswerFailure('timeout');
  if (status >= 500) throw new AnswerFailure('serverError', retryAfterMs(headers['retry-after']));
  const said = body.toString('utf8').replaceAll(/\s+/g, ' ').slice(0, 300);
  if (status === 413 || (status === 400 && /context|too long|too large|maximum|length/i.test(said)))
    throw new AnswerFailure('tooLong');
  const what = `the reranker at ${address.origin}${address.pathname} answers ${status}${said && `: ${said}`}`;
  if (status === 401 || status === 403)
    throw new QdxError('denied', what, { hint: 'set QDX_RERANK_API_KEY, or --rerank-api-key-file' });
  if (status === 404 || (status >= 300 && status < 400))
    throw new QdxError('notFound', what, { hint: 'check --rerank-url and --rerank-endpoint-model' });
  throw new QdxError('failed', what, { hint: 'check --rerank-url, --rerank-endpoint-model and --rerank-texts-field' });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new AnswerFailure('notJson');
  }
}
