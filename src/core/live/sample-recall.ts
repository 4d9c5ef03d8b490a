/**
 * Recall@10 of a sample of logged queries: what the graph, and the quantized copy, find of what a search of every vector
 * finds. Needs the text of queries, which the log keeps only where the settings say so.
 */
import type { RunOptions } from '../../lib/events.ts';
import { measureAnnRecall } from '../bench/run/ann-recall.ts';
import { createContender } from '../bench/run/contender.ts';
import { createRandom, shuffled } from '../bench/statistics/random.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { SearchParams, SearchPlaces } from '../retrieval/params.ts';
import type { LoggedSearch } from '../retrieval/search-log.ts';

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

/** Null where no query can be asked again: the log keeps no texts, or no collection of theirs is left. */
export async function sampleRecall(
  connection: Connection,
  question: RecallQuestion,
  places: SearchPlaces,
  run: RunOptions,
): Promise<SampledRecall | null> {
  const queries = sampledQueries(question);
  if (queries.length === 0) return null;
  const { params, seed } = question;
  const open = (name: string, own: SearchParams) => createContender({ name, connection, params: own, places }, run);
  const measured = await measureAnnRecall(open, { set: { queries }, params, seed }, run);
  if (!measured) return null;
  const { mean, lower, upper, samples } = measured.recall;
  return { queries: samples, recall: mean, lower, upper };
}

function sampledQueries({ entries, known, sample, seed }: RecallQuestion) {
  const asked = new Map<string, { readonly text: string; readonly collection: string }>();
  for (const { query, collections, mode } of entries) {
    if (query === undefined || query.trim() === '' || mode === 'lexical') continue;
    for (const collection of collections)
      if (known.has(collection)) asked.set(JSON.stringify([collection, query]), { text: query, collection });
  }
  return shuffled([...asked.values()], createRandom(seed))
    .slice(0, sample)
    .map((query, index) => ({ ...query, id: String(index + 1), judgements: null }));
}
