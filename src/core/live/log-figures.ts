/**
 * Figures of logged searches: how many, how long each stage took, how often a query's vector was there already, and the
 * slow ones.
 */
import { percentile } from '../../lib/statistics/latency.ts';
import type { LoggedSearch, LoggedTimes } from '../retrieval/search-log.ts';

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export type Stage = 'encode' | 'server' | 'rank' | 'rerank' | 'total';

export interface LogFigures {
  /** Those that failed included. */
  readonly searches: number;
  readonly failed: number;
  /** Times of the first and the last one; null of none. */
  readonly from: string | null;
  readonly to: string | null;
  /** By stage; null below `leastSearches`: percentiles of fewer say little. */
  readonly latencyMs: Readonly<Record<Stage, Percentiles>> | null;
  /** Answers to queries whose vector was there already; null where no answer wanted one. */
  readonly cacheHitRate: number | null;
  /** Slowest first. */
  readonly slow: readonly SlowSearch[];
}

interface SlowSearch {
  readonly at: string;
  readonly collections: readonly string[];
  readonly times: LoggedTimes;
  /** Null where the log keeps no text. */
  readonly query: string | null;
}

/** Of answered searches, for percentiles: the 99th of a hundred is one that was seen. */
export const leastSearches = 100;
const slowShown = 5;

type Answered = LoggedSearch & { readonly times: LoggedTimes };

export function figuresOfLog(entries: readonly LoggedSearch[]): LogFigures {
  const answered = entries.filter((entry): entry is Answered => entry.times !== undefined);
  const encoded = answered.filter(({ cached }) => typeof cached === 'boolean');
  return {
    searches: entries.length,
    failed: entries.length - answered.length,
    from: entries[0]?.at ?? null,
    to: entries.at(-1)?.at ?? null,
    latencyMs: answered.length < leastSearches ? null : latencyByStage(answered),
    cacheHitRate: encoded.length === 0 ? null : encoded.filter(({ cached }) => cached).length / encoded.length,
    slow: answered
      .toSorted((a, b) => b.times.totalMs - a.times.totalMs)
      .slice(0, slowShown)
      .map(({ at, collections, times, query }) => ({ at, collections, times, query: query ?? null })),
  };
}

/** By time, not by their number: a log that is full drops as many as it takes. @param at ISO 8601, or empty for all. */
export const searchesAfter = (entries: readonly Pick<LoggedSearch, 'at'>[], at: string): number =>
  entries.filter((entry) => entry.at > at).length;

function latencyByStage(answered: readonly Answered[]): Record<Stage, Percentiles> {
  const of = (stage: keyof LoggedTimes): Percentiles => {
    const sorted = answered.map(({ times }) => times[stage]).toSorted((a, b) => a - b);
    return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99) };
  };
  return {
    encode: of('encodeMs'),
    server: of('serverMs'),
    rank: of('rankMs'),
    rerank: of('rerankMs'),
    total: of('totalMs'),
  };
}
