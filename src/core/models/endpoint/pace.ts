/**
 * How fast an endpoint may be asked: limits that the user knows, and those that its answers tell. All requests of one encoder
 * go through one pace, so that a 429 to one holds back the others too.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleepFor } from 'node:timers/promises';

export interface Pace {
  /** Waits until a request of so many tokens may be sent. @throws the signal's reason. */
  ready(tokens: number, signal: AbortSignal): Promise<void>;
  /** What an answer says of its limits. */
  learn(headers: IncomingHttpHeaders): void;
  /** No request before that. */
  pause(ms: number): void;
  /** Waited in all, milliseconds. */
  readonly waitedMs: number;
}

export interface PaceOptions {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** For tests. */
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const minuteMs = 60_000;

export function createPace({
  requestsPerMinute,
  tokensPerMinute,
  now = () => performance.now(),
  sleep = defaultSleep,
}: PaceOptions): Pace {
  let nextAt = 0;
  let pausedUntil = 0;
  let waitedMs = 0;
  const gapMs = (tokens: number): number =>
    Math.max(
      requestsPerMinute === undefined ? 0 : minuteMs / requestsPerMinute,
      tokensPerMinute === undefined ? 0 : (tokens * minuteMs) / tokensPerMinute,
    );
  const wait = async (until: number, signal: AbortSignal): Promise<void> => {
    const from = now();
    if (until <= from) return;
    await sleep(until - from, signal);
    waitedMs += now() - from;
  };
  return {
    ready: async (tokens, signal) => {
      const turn = Math.max(now(), nextAt, pausedUntil);
      nextAt = turn + gapMs(tokens);
      await wait(turn, signal);
      // While it waited for its turn another request may have been told to slow down.
      while (pausedUntil > now()) await wait(pausedUntil, signal);
    },
    learn: (headers) => {
      for (const what of ['requests', 'tokens']) {
        const left = Number(headers[`x-ratelimit-remaining-${what}`] ?? Number.NaN);
        const resetMs = durationMs(String(headers[`x-ratelimit-reset-${what}`] ?? ''));
        if (left === 0 && resetMs !== undefined)
          pausedUntil = Math.max(pausedUntil, now() + Math.min(resetMs, minuteMs));
      }
    },
    pause: (ms) => {
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
    get waitedMs() {
      return waitedMs;
    },
  };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: minuteMs, h: 60 * minuteMs };

/** `6m0s`, `20ms`, `1.5s`, or seconds alone, as OpenAI and those after it write them; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, value, unit = '']) => sum + Number(value) * (unitMs[unit] ?? 0),
    0,
  );
}

async function defaultSleep(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}
