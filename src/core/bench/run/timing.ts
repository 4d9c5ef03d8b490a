/**
 * The latency part of a report: percentiles by stage, cold and warm, and the slowest queries.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { type Latency, latencyOf } from '../../../lib/statistics/latency.ts';
import type { SearchResponse } from '../../retrieval/response.ts';
import { askAll, type Asked, type Contender, type StageTimes, warmUp } from './ask.ts';
import type { BenchInput } from './bench-input.ts';

interface SlowQuery {
  readonly id: string;
  readonly text: string;
  readonly round: number;
  readonly times: StageTimes;
}

export interface Timing {
  /** Each query the first time it is asked, after the model was loaded and warmed up. By stage. */
  readonly cold: Readonly<Record<string, Latency>>;
  /** Each query asked again. Empty with one round. */
  readonly warm: Readonly<Record<string, Latency>>;
  /** Share of answers, first and later ones alike, whose query vector was there already; null where none needed one. */
  readonly cacheHitRate: number | null;
  readonly slowest: readonly SlowQuery[];
  /** Of this process, a query. */
  readonly cpuMs: number;
  /** From the first use to the third answer: loading the model is most of it. */
  readonly warmUpMs: number;
  readonly rounds: number;
}

export interface RawTime {
  readonly query: string;
  readonly round: number;
  readonly contender: string;
  readonly times: StageTimes;
}

/** For whoever wants to count again: every time that was taken, in the order of the run. */
export const rawTimes = (asked: readonly Asked[]): RawTime[] =>
  asked.flatMap(({ query, round, contender, outcome }) =>
    outcome.state === 'answered' ? [{ query: query.id, round, contender, times: outcome.times }] : [],
  );

/** Warms up, then asks every query in every round of every contender. */
export async function timeQueries(
  contenders: readonly Contender[],
  { set: { queries }, rounds, seed }: Pick<BenchInput, 'set' | 'rounds' | 'seed'>,
  run: RunOptions,
): Promise<{ readonly asked: readonly Asked[]; readonly warmUpMs: number }> {
  const [first] = queries;
  const warmUpMs = first ? await warmUp(contenders, first, run) : 0;
  const asked: Asked[] = [];
  for await (const one of askAll({ contenders, queries, rounds, seed, stage: 'timing' }, run)) asked.push(one);
  return { asked, warmUpMs };
}

const slowestShown = 5;

export function timingOf(asked: readonly Asked[], warmUpMs: number): Timing | null {
  const answered = asked.flatMap(({ query, round, outcome }) =>
    outcome.state === 'answered' ? [{ query, round, ...outcome }] : [],
  );
  if (answered.length === 0) return null;
  const cold = answered.filter(({ round }) => round === 0);
  const warm = answered.filter(({ round }) => round > 0);
  return {
    cold: byStage(cold.map(({ times }) => times)),
    warm: byStage(warm.map(({ times }) => times)),
    cacheHitRate: cacheHitRate(answered.map(({ response }) => response)),
    slowest: (warm.length > 0 ? warm : cold)
      .toSorted((a, b) => (b.times['total'] ?? 0) - (a.times['total'] ?? 0))
      .slice(0, slowestShown)
      .map(({ query: { id, text }, round, times }) => ({ id, text, round, times })),
    cpuMs: answered.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / answered.length,
    warmUpMs,
    rounds: Math.max(...answered.map(({ round }) => round)) + 1,
  };
}

/** An answer is a hit where no collection's model had to run. */
function cacheHitRate(responses: readonly SearchResponse[]): number | null {
  const encoded = responses
    .map(({ collections }) => collections.flatMap(({ encoder }) => encoder ?? []))
    .filter((encoders) => encoders.length > 0);
  const hits = encoded.filter((encoders) => encoders.every(({ cached }) => cached)).length;
  return encoded.length === 0 ? null : hits / encoded.length;
}

function byStage(times: readonly StageTimes[]): Record<string, Latency> {
  const stages = [...new Set(times.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(
    stages.flatMap((stage) => {
      const latency = latencyOf(times.flatMap((one) => (one[stage] === undefined ? [] : [one[stage]])));
      return latency ? [[stage, latency]] : [];
    }),
  );
}

/** Queries asked again where they were, else the first time. */
export const steadyTimes = ({ cold, warm }: Timing): Readonly<Record<string, Latency>> =>
  Object.keys(warm).length > 0 ? warm : cold;

export function timingNotes(timing: Timing | null): string[] {
  const total = timing ? steadyTimes(timing)['total'] : undefined;
  return Object.entries(total?.untrusted ?? {}).map(
    ([figure, reason]) => `${figure.replace('Ms', '')} is not to be trusted: ${reason}`,
  );
}
