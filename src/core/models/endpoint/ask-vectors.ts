/**
 * One request of several texts to an endpoint, until it is answered or cannot be: paced, paid for, retried, and checked.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { OnEvent } from '../../../lib/events.ts';
import { AnswerFailure, type JsonEndpoint, openJsonEndpoint } from '../../../lib/json-endpoint.ts';
import { retry, type RetryAdvice } from '../../../lib/retry.ts';
import type { EndpointPlace } from './endpoint-address.ts';
import type { EndpointParams } from './endpoint-params.ts';
import type { Meter } from './meter.ts';
import { createPace, type Pace } from './pace.ts';
import { readAnswer, type ReadAnswer, WrongAnswer } from './read-vectors.ts';

export interface AskInput {
  /** As qdx calls it: `endpoint:NAME`. */
  readonly name: string;
  readonly place: EndpointPlace;
  readonly params: EndpointParams;
  /** Vectors of unit length are asked for where the shape has a field for it. */
  readonly normalize: boolean;
  /** Everything that is asked of this model is on it. */
  readonly meter: Meter;
  readonly onEvent?: OnEvent | undefined;
}

export interface VectorAsker {
  readonly pace: Pace;
  /** Requests that were sent again. */
  readonly retries: number;
  /**
   * @returns one vector a text, in order, of whatever dimension and length.
   * @throws TooLong where the endpoint does not take so much at once; QdxError `temporary`, `denied`, `notFound`,
   * `verification` or `failed`; `partial` and `refused` at the cap on the cost.
   */
  ask(texts: readonly string[], estimatedTokens: number, signal: AbortSignal): Promise<ReadAnswer>;
  close(): void;
}

/** The request is more than the endpoint takes: too many texts, or one that is too long. */
export class TooLong extends Error {}

const hints = {
  unreachable: 'start it, or correct --endpoint (GPU_API_ENDPOINT)',
  denied: 'set GPU_API_KEY, or --endpoint-key-file',
  notFound: 'check --endpoint, and the name after endpoint:',
  refused: 'check the name after endpoint:, and --endpoint-api',
};

export function openVectorAsker(input: AskInput): VectorAsker {
  const { place, params } = input;
  const endpoint = openJsonEndpoint({
    address: place.address,
    ...(params.apiKey !== undefined && { apiKey: params.apiKey }),
    timeoutMs: params.timeoutMs,
    maxSockets: params.parallel,
    maxAnswerBytes: 256 * 2 ** 20,
    what: `the endpoint of ${input.name}`,
    hints,
  });
  const asking: Asking = {
    ...input,
    endpoint,
    pace: createPace(params),
    encoding: place.api === 'openai' ? 'base64' : null,
    retries: 0,
  };
  return {
    pace: asking.pace,
    get retries() {
      return asking.retries;
    },
    ask: (texts, estimatedTokens, signal) => askUntilAnswered(texts, estimatedTokens, asking, signal),
    close: () => endpoint.close(),
  };
}

interface Asking extends AskInput {
  readonly endpoint: JsonEndpoint;
  readonly pace: Pace;
  /** Of vectors in answers: base64 is a third of the bytes, and exact; not every service knows it. */
  encoding: 'base64' | 'float' | null;
  retries: number;
}

async function askUntilAnswered(
  texts: readonly string[],
  tokens: number,
  asking: Asking,
  signal: AbortSignal,
): Promise<ReadAnswer> {
  const { params, place, onEvent } = asking;
  let attempts = 0;
  try {
    return await retry(
      async () => {
        attempts += 1;
        return askOnce(texts, tokens, asking, signal);
      },
      {
        retries: params.retries,
        deadlineMs: params.retryDeadlineMs,
        advise: (error) => adviceFor(error, asking.pace),
        onRetry: (_attempt, waitMs, reason) => {
          asking.retries += 1;
          onEvent?.({ type: 'trace', message: `asking ${place.address.origin} again in ${waitMs} ms: ${reason}` });
        },
        signal,
      },
    );
  } catch (error) {
    if (!(error instanceof AnswerFailure)) throw error;
    if (error.reason === 'tooLong') throw new TooLong(error.message, { cause: error });
    throw finalError(error, asking, attempts);
  }
}

async function askOnce(texts: readonly string[], tokens: number, asking: Asking, signal: AbortSignal) {
  const { endpoint, place, meter, pace } = asking;
  meter.reserve(tokens);
  try {
    await pace.ready(tokens, signal);
    const { json, headers } = await askInEncoding(texts, asking, (body) => endpoint.ask(body, signal));
    pace.learn(headers);
    const answer = readAnswer(place.api, json, texts.length);
    meter.settle(tokens, answer.usedTokens);
    return answer;
  } catch (error) {
    if (mayBeBilled(error)) meter.settle(tokens, null);
    else meter.release(tokens);
    throw error;
  }
}

const billed: ReadonlySet<string> = new Set(['timeout', 'tooLarge', 'notJson', 'malformed', 'wrong']);

/** Of an answer that was late or is of no use: the texts were read for it, so it counts against the cap. */
const mayBeBilled = (error: unknown): boolean => error instanceof AnswerFailure && billed.has(error.reason);

/** A service that refuses base64 is asked for numbers from then on. */
async function askInEncoding<T>(
  texts: readonly string[],
  asking: Asking,
  ask: (body: object) => Promise<T>,
): Promise<T> {
  try {
    return await ask(bodyOf(texts, asking));
  } catch (error) {
    const isEncoding = isQdxError(error) && error.kind === 'failed' && /encoding_format|base64/i.test(error.message);
    if (asking.encoding !== 'base64' || !isEncoding) throw error;
    asking.encoding = 'float';
    asking.onEvent?.({ type: 'trace', message: `${asking.place.address.origin} knows no base64: asked for numbers` });
    return ask(bodyOf(texts, asking));
  }
}

function bodyOf(texts: readonly string[], { name, place, normalize, encoding }: Asking): object {
  // It says which text is too long, and qdx cuts that one: with `truncate: true` nobody would know.
  if (place.api === 'tei') return { inputs: texts, truncate: false, normalize };
  return { model: servedName(name), input: texts, ...(encoding && { encoding_format: encoding }) };
}

/** What the service calls it: `endpoint:` is qdx's word. */
export const servedName = (name: string): string => name.replace(/^endpoint:/, '');

const passing: ReadonlySet<string> = new Set(['timeout', 'cut', 'rateLimited', 'serverError', 'malformed']);

function adviceFor(error: unknown, pace: Pace): RetryAdvice {
  if (!(error instanceof AnswerFailure)) return { again: false, reason: String(error) };
  const { reason, waitMs, message } = error;
  if (reason === 'rateLimited' && waitMs !== undefined) pace.pause(waitMs);
  return { again: passing.has(reason), reason: message, ...(waitMs !== undefined && { waitMs }) };
}

function finalError(failure: AnswerFailure, { name, place: { address } }: Asking, attempts: number): QdxError {
  const tries = attempts > 1 ? `, ${attempts} times` : '';
  const sentence = `the endpoint of ${name} at ${address.origin}${address.pathname} ${failure.message}${tries}`;
  const cause = failure;
  if (failure instanceof WrongAnswer)
    return new QdxError('verification', sentence, {
      hint: 'its answers cannot be used as vectors; tell who runs it',
      cause,
    });
  if (failure.reason === 'notJson' || failure.reason === 'malformed')
    return new QdxError('failed', sentence, {
      hint: 'check --endpoint and --endpoint-api: is it an embedding API?',
      cause,
    });
  if (failure.reason === 'tooLarge')
    return new QdxError('failed', sentence, { hint: 'a smaller --endpoint-batch-size', cause });
  const hint =
    failure.reason === 'timeout'
      ? 'a longer --endpoint-timeout-ms, or a smaller --endpoint-batch-size'
      : failure.reason === 'rateLimited'
        ? 'a lower --endpoint-rpm or --endpoint-tpm, or later; what is done is kept'
        : 'the same command later goes on from here';
  return new QdxError('temporary', sentence, { hint, cause });
}
