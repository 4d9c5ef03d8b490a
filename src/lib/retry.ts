/**
 * Tries again what may be tried again: exponential backoff with full jitter, a total deadline, and the server's own wish.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';

/** What the thrower says of a failure. */
export interface RetryAdvice {
  readonly again: boolean;
  /** The server's own wish (Retry-After); wins over the backoff. */
  readonly waitMs?: number;
  /** The other side is away and may come back: only the deadline ends it, the attempts are not counted. */
  readonly isAway?: boolean;
  /** For `onRetry`. */
  readonly reason: string;
}

export interface RetryOptions {
  /** Attempts after the first; 0: none at all, whatever is advised. */
  readonly retries: number;
  /** Longest time from the first attempt to the start of the last one. */
  readonly deadlineMs: number;
  readonly advise: (error: unknown) => RetryAdvice;
  readonly signal?: AbortSignal;
  /** Ends waiting for what is away, and nothing else: the last error is then thrown. */
  readonly stopWaiting?: AbortSignal | undefined;
  readonly onRetry?: (attempt: number, waitMs: number, reason: string, isAway: boolean) => void;
  /** First and longest backoff. */
  readonly firstWaitMs?: number;
  readonly longestWaitMs?: number;
  /** For tests: time and chance. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly now?: () => number;
  readonly random?: () => number;
}

/**
 * Runs `attempt` until it succeeds, may not be repeated, or retries or time are used up; then throws its last error.
 * @throws what `attempt` threw last, or the signal's reason.
 */
export async function retry<T>(attempt: (number: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { retries, deadlineMs, signal, now = () => performance.now() } = options;
  const startedAt = now();
  let counted = 0;
  for (let number = 0; ; number++) {
    signal?.throwIfAborted();
    try {
      return await attempt(number);
    } catch (error) {
      signal?.throwIfAborted();
      const { again, waitMs: wishMs, isAway = false, reason } = options.advise(error);
      if (!isAway) counted++;
      if (!again || retries === 0 || counted > retries) throw error;
      const waitMs = wishMs ?? backoffMs(number, options);
      if (now() - startedAt + waitMs > deadlineMs) throw error;
      options.onRetry?.(number + 1, waitMs, reason, isAway);
      await (isAway ? waitForReturn(waitMs, error, options) : pause(waitMs, options));
    }
  }
}

/** Full jitter: anything from 0 to the exponential bound, so that clients that failed together do not return together. */
function backoffMs(attempt: number, options: RetryOptions): number {
  const { firstWaitMs = 500, longestWaitMs = 10_000, random = Math.random } = options;
  return Math.round(random() * Math.min(longestWaitMs, firstWaitMs * 2 ** attempt));
}

const pause = async (waitMs: number, { signal, sleep = defaultSleep }: RetryOptions): Promise<void> =>
  sleep(waitMs, signal);

/** @throws the signal's reason, or `lastError` once waiting is to stop. */
async function waitForReturn(waitMs: number, lastError: unknown, options: RetryOptions): Promise<void> {
  const { signal, stopWaiting } = options;
  const either = AbortSignal.any([signal, stopWaiting].filter((each) => each !== undefined));
  try {
    await pause(waitMs, { ...options, signal: either });
  } catch (error) {
    signal?.throwIfAborted();
    throw stopWaiting?.aborted ? lastError : error;
  }
}

async function defaultSleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleepFor(ms, undefined, { ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/**
 * Milliseconds that a Retry-After header asks for: seconds or an HTTP date (RFC 9110, 10.2.3).
 * Garbage, and what is absurdly long, is undefined: the backoff then decides.
 */
export function retryAfterMs(header: string | undefined, nowMs = Date.now()): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,7}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  if (!/^[A-Za-z]{3,9}, /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
