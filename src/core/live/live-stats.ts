/**
 * What `qdx stats` shows: figures of server and collections as they are now, and those of the searches that were logged;
 * once, or again and again.
 */
import { setTimeout } from 'node:timers/promises';
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { readStats, type Stats } from '../qdrant/stats.ts';
import { createOpenedModels } from '../retrieval/opened-models.ts';
import type { SearchParams } from '../retrieval/params.ts';
import type { SearchPlaces } from '../retrieval/places.ts';
import type { LoggedSearch } from '../retrieval/search-log.ts';
import { figuresOfLog, type LogFigures, searchesAfter } from './log-figures.ts';
import { readSearchLog } from './read-log.ts';
import { leastRecall, type SampledRecall, sampleRecall } from './sample-recall.ts';

interface LiveWarning {
  /** Stable, for scripts. */
  readonly code: 'recall' | 'recall-unknown' | 'failed-searches';
  readonly message: string;
}

export interface LiveSearches extends LogFigures {
  /** Null where it was not asked for, or could not be measured: a warning says why. */
  readonly recall: SampledRecall | null;
  readonly warnings: readonly LiveWarning[];
}

export interface LiveStats extends Stats {
  readonly searches: LiveSearches;
}

export interface LiveInput {
  /** Alias or own name; absent: all. */
  readonly collection?: string;
  /** Where searches are logged, and what the log calls this server. */
  readonly log: { readonly folder: string; readonly server: string };
  /** Absent: recall is not measured. */
  readonly recall?: RecallParams;
}

interface RecallParams {
  /** Logged queries that are asked again at most. */
  readonly sample: number;
  readonly seed: number;
  readonly params: SearchParams;
  readonly places: SearchPlaces;
}

/** @throws QdxError `notFound`, with the nearest names. */
export async function readLiveStats(
  connection: Connection,
  input: LiveInput,
  run: RunOptions = {},
): Promise<LiveStats> {
  const { stats, entries } = await readBoth(connection, input, run);
  const recall = input.recall ? await measure(connection, { ...input.recall, stats, entries }, run) : undefined;
  return { ...stats, searches: searchesOf(entries, recall) };
}

/** One look; of one that failed, the reason, and the next one tries again. */
export type Look =
  | { readonly stats: LiveStats }
  | { readonly failed: { readonly kind: string; readonly message: string } };

/** After so many further logged searches, recall is measured again. */
const searchesBetweenRecalls = 20;

/** Looks until the signal says stop. @throws QdxError `notFound` where the collection is missing at the first look. */
export async function* watchStats(
  connect: () => Promise<Connection>,
  { intervalMs, ...input }: LiveInput & { readonly intervalMs: number },
  run: RunOptions,
): AsyncGenerator<Look> {
  const models = input.recall && createOpenedModels(input.recall.places, run);
  let recall: SampledRecall | null | undefined;
  let measuredUpTo: string | null = null;
  let isFirst = true;
  try {
    for (;;) {
      try {
        const connection = await connect();
        const { stats, entries } = await readBoth(connection, input, run);
        if (input.recall && models && isDue(entries, measuredUpTo)) {
          const places = { ...input.recall.places, opened: models };
          recall = await measure(connection, { ...input.recall, places, stats, entries }, run);
          measuredUpTo = entries.at(-1)?.at ?? '';
        }
        yield { stats: { ...stats, searches: searchesOf(entries, recall) } };
      } catch (error) {
        run.signal?.throwIfAborted();
        if (!isQdxError(error) || isFirst) throw error;
        yield { failed: { kind: error.kind, message: error.message } };
      }
      isFirst = false;
      await setTimeout(intervalMs, undefined, run.signal ? { signal: run.signal } : {}).catch(() => {});
      run.signal?.throwIfAborted();
    }
  } finally {
    await models?.close();
  }
}

const isDue = (entries: readonly LoggedSearch[], measuredUpTo: string | null): boolean =>
  measuredUpTo === null || searchesAfter(entries, measuredUpTo) >= searchesBetweenRecalls;

interface Both {
  readonly stats: Stats;
  readonly entries: readonly LoggedSearch[];
}

async function readBoth(connection: Connection, { collection, log }: LiveInput, run: RunOptions): Promise<Both> {
  const stats = await readStats(connection, collection === undefined ? {} : { collection }, run);
  const names = stats.collections.flatMap(({ name, physical, aliases }) => [name, physical, ...aliases]);
  const entries = await readSearchLog({ ...log, ...(collection !== undefined && { collections: names }) });
  return { stats, entries };
}

function measure(
  connection: Connection,
  { stats, entries, places, ...asked }: RecallParams & Both,
  run: RunOptions,
): Promise<SampledRecall | null> {
  const known = new Set(stats.collections.flatMap(({ physical, aliases }) => [physical, ...aliases]));
  return sampleRecall(connection, { ...asked, entries, known }, places, run);
}

/** @param recall Undefined: not asked for. */
function searchesOf(entries: readonly LoggedSearch[], recall: SampledRecall | null | undefined): LiveSearches {
  const figures = figuresOfLog(entries);
  return { ...figures, recall: recall ?? null, warnings: [...recallWarnings(recall), ...failureWarnings(figures)] };
}

function recallWarnings(recall: SampledRecall | null | undefined): LiveWarning[] {
  if (recall === undefined) return [];
  if (recall === null) {
    const message =
      'recall cannot be measured: the log holds no query with its text; set live.logQueries (QDX_LOG_QUERIES=true) and search';
    return [{ code: 'recall-unknown', message }];
  }
  if (recall.recall >= leastRecall) return [];
  const found = `${recall.recall.toFixed(3)} of ${recall.queries} logged queries`;
  const message = `recall@10 is ${found}, below ${leastRecall}: raise index.efSearch or oversampling; qdx bench hnsw says how far`;
  return [{ code: 'recall', message }];
}

/** A search in a hundred that fails is no accident. */
const worryingFailures = 0.01;

const failureWarnings = ({ failed, searches }: LogFigures): LiveWarning[] =>
  failed > worryingFailures * searches
    ? [{ code: 'failed-searches', message: `${failed} of ${searches} logged searches failed` }]
    : [];
