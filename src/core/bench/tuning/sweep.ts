/**
 * Asks one build in many ways, interleaved with the reference: recall against exact search, and times as ratios.
 */
import { performance } from 'node:perf_hooks';
import type { RunOptions } from '../../../lib/events.ts';
import { createRandom, shuffled } from '../../../lib/statistics/random.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import { annRecall } from '../../retrieval/ann-recall.ts';
import type { TuningQuery } from './query-vectors.ts';
import type { Scratch } from './scratch.ts';

/** Of `POST /points/query`. */
export type SearchOptions = Readonly<Record<string, unknown>>;

interface ScratchHit {
  readonly id: number;
  readonly score: number;
}

export interface Answer {
  readonly hits: readonly ScratchHit[];
  /** As the server says it took. */
  readonly serverMs: number;
  readonly clientMs: number;
}

const tuningDepth = 10;

export async function askScratch(
  connection: Connection,
  collection: string,
  { vector, self }: TuningQuery,
  params: SearchOptions,
  { signal }: RunOptions,
): Promise<Answer> {
  const body = {
    query: vector,
    limit: tuningDepth,
    params,
    ...(self !== null && { filter: { must_not: [{ has_id: [self] }] } }),
  };
  const startedAt = performance.now();
  const options = { body, ...(signal && { signal }) };
  // The official answer without its envelope would lose the server's own time.
  const answer = await connection.requestRaw('POST', pointsPath(collection, '/query'), parseAnswer, options);
  return { hits: answer.result.points, serverMs: answer.time * 1000, clientMs: performance.now() - startedAt };
}

interface RawAnswer {
  readonly time: number;
  readonly result: { readonly points: readonly ScratchHit[] };
}

const parseAnswer = (body: Buffer): RawAnswer => JSON.parse(body.toString('utf8')) as RawAnswer;

export interface Way {
  readonly name: string;
  readonly params: SearchOptions;
}

/** One answer of a way to ask, beside the reference's for the same query, asked right before or after. */
export interface SweepRow {
  readonly way: Way;
  /** By query, in their order. */
  readonly recalls: readonly number[];
  readonly answers: readonly Answer[];
}

export interface Sweep {
  readonly rows: readonly SweepRow[];
  /** The reference in the same minutes. */
  readonly reference: readonly Answer[];
}

export interface SweepInput {
  readonly scratch: Scratch;
  readonly queries: readonly TuningQuery[];
  /** Exact hits of each query. */
  readonly exact: readonly (readonly ScratchHit[])[];
  readonly ways: readonly Way[];
  readonly referenceParams: SearchOptions;
  readonly seed: number;
  readonly stage: string;
}

/** Asked of both before anything is timed. */
const warmUpQueries = 10;

export async function sweep(connection: Connection, input: SweepInput, run: RunOptions): Promise<Sweep> {
  const { scratch, queries, exact, ways, referenceParams, seed, stage } = input;
  const random = createRandom(seed);
  const ask = (collection: string, query: TuningQuery, params: SearchOptions): Promise<Answer> =>
    askScratch(connection, collection, query, params, run);
  for (const query of queries.slice(0, warmUpQueries)) {
    await ask(scratch.reference, query, referenceParams);
    for (const { params } of ways) await ask(scratch.trial, query, params);
  }
  const rows = ways.map((way) => ({ way, recalls: [] as number[], answers: [] as Answer[] }));
  const reference: Answer[] = [];
  for (const [index, query] of queries.entries()) {
    reference.push(await ask(scratch.reference, query, referenceParams));
    for (const row of shuffled(rows, random)) {
      const answer = await ask(scratch.trial, query, row.way.params);
      row.answers.push(answer);
      row.recalls.push(annRecall(answer.hits, exact[index] ?? []));
    }
    run.onEvent?.({ type: 'progress', stage, done: index + 1, total: queries.length, unit: 'queries' });
  }
  return { rows, reference };
}
