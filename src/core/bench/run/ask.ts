/**
 * Asks queries of one contender or several, interleaved: each query goes to all of them in turn, in a fresh order every
 * round, so that what a machine does meanwhile meets all alike.
 */
import { performance } from 'node:perf_hooks';
import { isQdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { processUsage } from '../../../lib/process-usage.ts';
import { createRandom, shuffled } from '../../../lib/statistics/random.ts';
import type { SearchResponse } from '../../retrieval/response.ts';
import type { Searcher } from '../../retrieval/search.ts';
import type { JudgedQuery } from '../inputs/judged-set.ts';

export interface Contender {
  readonly name: string;
  /** The searcher for a query's own collection, or for those of the run. */
  searcher(query: Pick<JudgedQuery, 'collection'>): Promise<Searcher>;
}

/** Milliseconds by stage: `encode`, `server`, `rank`, `rerank`, `total`, as the searcher tells them. */
export type StageTimes = Readonly<Record<string, number>>;

export interface Answered {
  readonly state: 'answered';
  readonly response: SearchResponse;
  readonly times: StageTimes;
  /** Of this process, while it waited for this answer. */
  readonly cpuMs: number;
}

export interface Failed {
  readonly state: 'failed';
  readonly error: { readonly kind: string; readonly message: string };
}

export interface Asked {
  readonly contender: string;
  readonly query: JudgedQuery;
  /** From 0. */
  readonly round: number;
  readonly outcome: Answered | Failed;
}

export interface AskParams {
  readonly contenders: readonly Contender[];
  readonly queries: readonly JudgedQuery[];
  readonly rounds: number;
  readonly seed: number;
  /** Name of the stage in progress events. */
  readonly stage: string;
}

export async function* askAll(params: AskParams, run: RunOptions = {}): AsyncGenerator<Asked> {
  const { contenders, queries, rounds, seed, stage } = params;
  const random = createRandom(seed);
  const total = rounds * queries.length;
  let done = 0;
  for (let round = 0; round < rounds; round++)
    for (const query of shuffled(queries, random)) {
      for (const contender of shuffled(contenders, random)) {
        run.signal?.throwIfAborted();
        const searcher = await contender.searcher(query);
        yield { contender: contender.name, query, round, outcome: await askOne(searcher, query.text, run) };
      }
      done += 1;
      run.onEvent?.({ type: 'progress', stage, done, total, unit: 'queries' });
    }
}

/** A failure is a state, never a score; a stopped run, and a bug, end the whole. */
export async function askOne(searcher: Searcher, query: string, run: RunOptions): Promise<Answered | Failed> {
  const before = processUsage().cpuMs;
  try {
    const response = await searcher.search(query);
    return { state: 'answered', response, times: stageTimes(response), cpuMs: processUsage().cpuMs - before };
  } catch (error) {
    run.signal?.throwIfAborted();
    if (!isQdxError(error)) throw error;
    return { state: 'failed', error: { kind: error.kind, message: error.message } };
  }
}

/** `encodeMs` -> `encode`. */
function stageTimes({ timing, rerankTimeMs, reranking }: SearchResponse): StageTimes {
  const stages: Record<string, number> = reranking.length > 0 ? { rerank: rerankTimeMs } : {};
  for (const [name, value] of Object.entries(timing) as [string, unknown][])
    if (typeof value === 'number' && name.endsWith('Ms')) stages[name.slice(0, -2)] = value;
  return stages;
}

/** The model's first text and the server's first request are slow, whatever they are: not counted, and told apart. */
export async function warmUp(contenders: readonly Contender[], query: JudgedQuery, run: RunOptions): Promise<number> {
  const startedAt = performance.now();
  for (const contender of contenders) {
    const searcher = await contender.searcher(query);
    for (let round = 0; round < warmUpRounds; round++) await askOne(searcher, `${warmUpText} ${round}`, run);
  }
  return performance.now() - startedAt;
}

const warmUpRounds = 3;
/** No query of anybody: what a cache keeps of it serves no measurement. */
const warmUpText = 'warming up before anything is measured';
