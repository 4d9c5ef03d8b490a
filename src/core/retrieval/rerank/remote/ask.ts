/**
 * One question to a reranker over HTTP: a JSON request, an answer that is checked by who asked, one retry. What fails for this
 * request alone is a result; what would fail for every other too is thrown.
 */
import type { RunOptions } from '../../../../lib/events.ts';
import { AnswerFailure, openJsonEndpoint } from '../../../../lib/json-endpoint.ts';
import { retry } from '../../../../lib/retry.ts';
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

export function openEndpoint(address: URL, remote: RemoteParams): Endpoint {
  const endpoint = openJsonEndpoint({
    address,
    ...(remote.apiKey !== undefined && { apiKey: remote.apiKey }),
    timeoutMs: remote.timeoutMs,
    maxSockets: 8,
    maxAnswerBytes: 16 * 2 ** 20,
    what: 'the reranker',
    hints: {
      unreachable: 'check --rerank-url; --rerank-fallback late (or cross) goes on without it',
      denied: 'set QDX_RERANK_API_KEY, or --rerank-api-key-file',
      notFound: 'check --rerank-url and --rerank-endpoint-model',
      refused: 'check --rerank-url, --rerank-endpoint-model and --rerank-texts-field',
    },
  });
  const spending = createSpending(remote);
  const send = async (body: object, { signal }: RunOptions): Promise<unknown> => {
    const cap = spending.reached();
    if (cap) throw new AnswerFailure(cap);
    spending.addRequest();
    return (await endpoint.ask(body, signal)).json;
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
        if (error instanceof AnswerFailure) return new Failed(error.reason);
        throw error;
      }
    },
    close: () => endpoint.close(),
  };
}

/** Not once a cap is reached, nor for what cannot be waited for. */
function adviceFor(error: unknown) {
  if (!(error instanceof AnswerFailure)) return { again: false, reason: String(error) };
  const { waitMs, reason } = error;
  const again = reason !== 'maxRequests' && reason !== 'maxCost' && (waitMs ?? 0) <= longestWaitMs;
  return { again, reason, ...(waitMs !== undefined && { waitMs }) };
}
