/**
 * Which failures of a request are worth another try.
 */
import type { RetryAdvice } from '../../../lib/retry.ts';
import { asServerFailure, type LineFailure, type StatusFailure } from './failure.ts';

export interface RepeatContext {
  /** False where the request must not be done twice. */
  readonly repeatable: boolean;
  /** True once this server has answered: a refused connection then is a restart, before it a wrong URL. */
  readonly hasAnswered: boolean;
  /** The local server, which comes back under another address if at all. */
  readonly isLocal?: boolean;
  /** False where somebody waits for the answer: then the attempts are counted. Default true. */
  readonly awaitsReturn?: boolean;
}

const never = (reason: string): RetryAdvice => ({ again: false, reason });

export function adviseRetry(error: unknown, context: RepeatContext): RetryAdvice {
  const failure = asServerFailure(error);
  if (!failure) return never('not a failure of the request');
  return failure.type === 'line' ? adviseOnLine(failure, context) : adviseOnStatus(failure, context);
}

/** The request did not get there: repeating it is safe whatever it does. */
const unsent = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** It may have got there. */
const broken = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'cut', 'timeout']);

function adviseOnLine({ code }: LineFailure, context: RepeatContext): RetryAdvice {
  if (unsent.has(code)) {
    const { hasAnswered, isLocal = false, awaitsReturn = true } = context;
    return { again: hasAnswered && !isLocal, isAway: awaitsReturn, reason: code };
  }
  // Something that takes connections and has never answered is no Qdrant, or none that a few more tries would bring.
  if (slow.has(code) && !context.hasAnswered) return never(code);
  return { again: broken.has(code) && context.repeatable, reason: code };
}

const slow = new Set(['timeout', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/** Failures of a 500 that stay: the same request fails again, or only a person can help. */
const lasting = /No space left|panicked|Wal error|not supported|Not implemented/i;

function adviseOnStatus(failure: StatusFailure, context: RepeatContext): RetryAdvice {
  const { status, text, retryAfterMs } = failure;
  const reason = `status ${status}`;
  const wish = retryAfterMs === undefined ? {} : { waitMs: retryAfterMs };
  // A rate limit turns the request away before anything is done.
  if (status === 429) return { again: true, reason, ...wish };
  if (!context.repeatable) return never(reason);
  if (status === 408 || status === 502 || status === 503 || status === 504) return { again: true, reason, ...wish };
  return { again: status === 500 && !lasting.test(text), reason, ...wish };
}
