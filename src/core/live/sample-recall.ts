/**
 * Recall@10 of a sample of logged queries: what the graph, and the quantized copy, find of what a search of every vector
 * finds. Needs the text of queries, which the log keeps only where the settings say so.
 */
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { bootstrapInterval } from '../../lib/statistics/bootstrap.ts';
import { createRandom, shuffled } from '../../lib/statistics/random.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { annPair, annRecall } from '../retrieval/ann-recall.ts';
import type { SearchParams } from '../retrieval/params.ts';
import type { SearchPlaces } from '../retrieval/places.ts';
import type { LoggedSearch } from '../retrieval/search-log.ts';
import { createSearchers } from '../retrieval/searchers.ts';

export interface SampledRecall {
  readonly queries: number;
  /** Mean recall@10. */
  readonly recall: number;
  /** Of 95 %, by resampling queries. */
  readonly lower: number;
  readonly upper: number;
}

/** Below it, neighbours are missed that users would have seen. */
export const leastRecall = 0.95;

export interface RecallQuestion {
  readonly entries: readonly LoggedSearch[];
  /** Names that there are now: a query to another collection cannot be asked again. */
  readonly known: ReadonlySet<string>;
  readonly sample: number;
  readonly seed: number;
  readonly params: SearchParams;
}

/**
 * Null where no query can be asked again: the log keeps no texts, or no collection of theirs is left.
 * @throws QdxError what the queries failed with, where none was answered.
 */
export async function sampleRecall(
  connection: Connection,
  question: RecallQuestion,
  places: SearchPlaces,
  run: RunOptions,
): Promise<SampledRecall | null> {
  const queries = sampledQueries(question);
  if (queries.length === 0) return null;
  const { mean, lower, upper, samples } = bootstrapInterval(
    await recallsOf(queries, { connection, params: question.params, places }, run),
    question.seed,
  );
  return { queries: samples, recall: mean, lower, upper };
}

interface Asking {
  readonly connection: Connection;
  readonly params: SearchParams;
  readonly places: SearchPlaces;
}

/** Of the queries that were answered both ways; at least one. */
async function recallsOf(
  queries: readonly SampledQuery[],
  { connection, params, places }: Asking,
  run: RunOptions,
): Promise<number[]> {
  const pair = annPair(params);
  const approximate = createSearchers(connection, pair.approximate, places, run);
  const exact = createSearchers(connection, pair.exact, places, run);
  const recalls: number[] = [];
  let failure: unknown;
  try {
    for (const { text, collection } of queries) {
      run.signal?.throwIfAborted();
      const [near, exactly] = [await approximate.of(collection), await exact.of(collection)];
      try {
        recalls.push(annRecall((await near.search(text)).hits, (await exactly.search(text)).hits));
      } catch (error) {
        if (!isQdxError(error)) throw error;
        failure ??= error;
      }
    }
  } finally {
    await approximate.close();
    await exact.close();
  }
  if (recalls.length === 0) throw failure;
  return recalls;
}

interface SampledQuery {
  readonly text: string;
  readonly collection: string;
}

function sampledQueries({ entries, known, sample, seed }: RecallQuestion): SampledQuery[] {
  const asked = new Map<string, SampledQuery>();
  for (const { query, collections, mode } of entries) {
    if (query === undefined || query.trim() === '' || mode === 'lexical') continue;
    for (const collection of collections)
      if (known.has(collection)) asked.set(JSON.stringify([collection, query]), { text: query, collection });
  }
  return shuffled([...asked.values()], createRandom(seed)).slice(0, sample);
}
