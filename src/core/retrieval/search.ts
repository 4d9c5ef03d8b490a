/**
 * Search: a query becomes ranked hits of one collection or several. What is opened once (collections, models) serves all
 * queries of a searcher.
 */
import { performance } from 'node:perf_hooks';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { spaceFingerprint } from '../models/cards/space.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { listCollections, liveCollections, missingCollection, publicNames } from '../qdrant/collection/names.ts';
import { addContext } from './hits/add-context.ts';
import { assertQuery } from './assert-query.ts';
import type { LexicalQuery } from './candidates.ts';
import { fetchCandidates } from './candidates.ts';
import { buildFilter, type PathSelection, type QdrantFilter } from './filters.ts';
import type { Hit } from './hits/hit.ts';
import type { Reranker } from './rerank/port.ts';
import { rerankersInUse, wantsTokens } from './rerank/late/when-late.ts';
import type { RankedCandidate } from './ranking/rank.ts';
import type { RerankStage } from './rerank/chain.ts';
import type { RerankedPool } from './rerank/rerank-pool.ts';
import type { SearchParams } from './params.ts';
import type { SearchResponse } from './response.ts';
import { createOpenedModels, type SearcherPlaces } from './opened-models.ts';
import type { QueryEncoders } from './query-encoders.ts';
import { type DeepList, rankByDepth, type Shown } from './ranking/rank-by-depth.ts';
import { comparability, rankAll } from './ranking/rank-lists.ts';
import type { FileQuestion } from './select-files.ts';
import { openTarget, type SearchTarget } from './target.ts';
import { toHit } from './hits/to-hit.ts';

export interface Searcher {
  /** @throws QdxError `usage` for an empty query. */
  search(query: string): Promise<SearchResponse>;
  close(): Promise<void>;
}

interface Opened {
  readonly target: SearchTarget;
  readonly filter: QdrantFilter | undefined;
}

export async function createSearcher(
  connection: Connection,
  params: SearchParams,
  places: SearcherPlaces,
  run: RunOptions = {},
): Promise<Searcher> {
  // Bad conditions are refused before anything is asked of the server.
  buildFilter(params.filters, null, params.payloadKeys);
  const models = places.opened ?? createOpenedModels(places, run, (model) => wantsTokens(params.rerank, model));
  const { encoders } = models;
  const close = async () => {
    if (!places.opened) await models.close();
  };
  const [opened, loaded] = await openBoth(
    Promise.all(params.collections.map((name) => openOne(connection, name, { params, places, encoders, run }))),
    models.rerankers(connection, params),
    close,
  );
  sayMerging(opened, run);
  const targets = opened.map(({ target }) => target);
  const rerankers = rerankersInUse(loaded, params.rerank, targets);
  return {
    search: async (query) => {
      assertQuery(query);
      return answer(query, { connection, params, opened, encoders, rerankers, run });
    },
    close,
  };
}

/** Side by side, since both take their time; where a collection cannot be opened, no reranker stays open. */
async function openBoth(
  targets: Promise<Opened[]>,
  reranking: Promise<readonly Reranker[]>,
  close: () => Promise<void>,
): Promise<[Opened[], readonly Reranker[]]> {
  const [opened, rerankers] = await Promise.allSettled([targets, reranking]);
  if (opened.status === 'fulfilled' && rerankers.status === 'fulfilled') return [opened.value, rerankers.value];
  await close();
  // Of two failures that of the collection is told: without it no reranker is needed.
  throw opened.status === 'rejected' ? opened.reason : (rerankers as PromiseRejectedResult).reason;
}

function sayMerging(opened: readonly Opened[], run: RunOptions): void {
  const groups = new Map<string, Opened[]>();
  for (const one of opened) {
    const key = comparability(one.target);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  if (groups.size < 2) return;
  const names = [...groups.values()].map((group) => group.map(({ target }) => target.name).join(' and '));
  run.onEvent?.({
    type: 'note',
    message: `scores of ${names.join(', ')} cannot be compared (another model or mode): their rankings are merged by rank`,
  });
}

interface Opening {
  readonly params: SearchParams;
  readonly places: SearcherPlaces;
  readonly encoders: QueryEncoders;
  readonly run: RunOptions;
}

async function openOne(connection: Connection, name: string, opening: Opening): Promise<Opened> {
  const { params, places, encoders, run } = opening;
  const own = { ...params, ...params.ofCollection?.[name] };
  const target = await openTarget(connection, name, own, places, run).catch((error: unknown) =>
    explainMissing(connection, name, error),
  );
  const { payloadKeys: keys } = target;
  const plain = buildFilter(params.filters, null, keys);
  const question = { collection: name, filters: params.filters, keys, filter: plain };
  const [files] = await Promise.all([
    matchingFiles(connection, { ...question, hasSubdirectories: target.isChunked }, run),
    target.model ? encoders.warm(target.model) : undefined,
  ]);
  return { target, filter: buildFilter(params.filters, files, keys) };
}

/** Globs are rare, and what reads them is loaded on use. */
async function matchingFiles(
  connection: Connection,
  question: FileQuestion,
  run: RunOptions,
): Promise<PathSelection | null> {
  const { paths, excludes } = question.filters;
  if (paths.length === 0 && excludes.length === 0) return null;
  const { selectFiles } = await import('./select-files.ts');
  return selectFiles(connection, question, run);
}

/** The names there are, nearest first. */
async function explainMissing(connection: Connection, name: string, error: unknown): Promise<never> {
  if (!(error instanceof QdxError) || error.kind !== 'notFound' || error.details?.['collection'] === undefined)
    throw error;
  throw missingCollection(connection.url, name, publicNames(liveCollections(await listCollections(connection))));
}

interface Asking {
  readonly connection: Connection;
  readonly params: SearchParams;
  readonly opened: readonly Opened[];
  readonly encoders: QueryEncoders;
  readonly rerankers: readonly Reranker[];
  readonly run: RunOptions;
}

async function answer(query: string, asking: Asking): Promise<SearchResponse> {
  const { params, opened } = asking;
  const startedAt = performance.now();
  const times = { encodeMs: 0, serverMs: 0, rankMs: 0 };
  const timed = async <T>(stage: keyof typeof times, work: () => T | Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work();
    times[stage] += performance.now() - from;
    return result;
  };
  const isCached = opened.map(({ target: { model } }) => model !== null && asking.encoders.remembers(query, model));
  const vectors = await timed('encodeMs', () => encodeAll(query, asking));
  const reranking: RerankStage[] = [];
  const { shown, isMerged, candidateCount } = await rankByDepth({
    limit: params.limit,
    isGrouped: params.groupBy !== undefined,
    poolSize: params.candidates,
    fetch: (count) => timed('serverMs', () => candidatesOfAll(query, vectors, count, asking)),
    rank: (lists) => timed('rankMs', () => rankAll(query, lists, params)),
    ...(asking.rerankers.length > 0 && {
      rerank: async (items: readonly RankedCandidate[]) => {
        const { items: better, stages } = await rerank(query, items, asking);
        reranking.push(...stages);
        return better;
      },
    }),
  });
  const hits = await timed('serverMs', () => hitsOf(shown, asking));
  if (hits.length === 0) await explainNothing(asking);
  const modes = new Set(opened.map(({ target }) => target.mode));
  const [mode] = modes;
  return {
    query,
    mode: modes.size === 1 && mode !== undefined ? mode : 'mixed',
    collections: await Promise.all(
      opened.map(({ target }, index) => searchedCollection(target, asking.encoders, isCached[index] === true)),
    ),
    mergedBy: isMerged ? 'rank' : 'score',
    hits,
    numCandidates: candidateCount,
    rerankTimeMs: reranking.reduce((sum, { timeMs }) => sum + timeMs, 0),
    reranking,
    timing: { ...times, totalMs: performance.now() - startedAt },
  };
}

async function explainNothing({ connection, params: { filters }, opened, run }: Asking): Promise<void> {
  if (filters.languages.length + filters.subdirectories.length === 0) return;
  const { tellUnknownValues } = await import('./unknown-values.ts');
  const collections = opened.map(({ target: { name, payloadKeys } }) => ({ name, payloadKeys }));
  await tellUnknownValues(connection, collections, filters, run);
}

async function rerank(
  query: string,
  items: readonly RankedCandidate[],
  { params, rerankers, run }: Asking,
): Promise<RerankedPool> {
  if (!params.rerank) return { items, stages: [] };
  const { rerankPool } = await import('./rerank/rerank-pool.ts');
  return rerankPool(query, items, { rerankers, params: params.rerank }, run);
}

async function searchedCollection(
  { name, mode, model }: SearchTarget,
  encoders: QueryEncoders,
  cached: boolean,
): Promise<SearchResponse['collections'][number]> {
  if (!model) return { name, mode, model: null, encoder: null };
  // Open already: it has encoded the query.
  const { kind, device, card } = await encoders.open(model);
  return { name, mode, model: model.name, encoder: { kind, device, dtype: card.dtype, cached } };
}

function encodeAll(query: string, { opened, encoders }: Asking): Promise<(Float32Array | null)[]> {
  const bySpace = new Map<string, Promise<Float32Array>>();
  return Promise.all(
    opened.map(({ target: { model } }) => {
      if (!model) return Promise.resolve(null);
      const space = spaceFingerprint(model);
      const vector = bySpace.get(space) ?? encoders.encode(query, model);
      bySpace.set(space, vector);
      return vector;
    }),
  );
}

async function candidatesOfAll(
  query: string,
  vectors: readonly (Float32Array | null)[],
  count: number,
  { connection, params, opened, run }: Asking,
): Promise<DeepList[]> {
  return Promise.all(
    opened.map(async ({ target, filter }, index): Promise<DeepList> => {
      const question = { target, query, filter, count, params, vector: vectors[index] ?? null };
      const { candidates, query: lexical, isCut } = await fetchCandidates(connection, question, run);
      return { target, candidates, lexical: new Map<string, LexicalQuery>([[target.name, lexical]]), isCut };
    }),
  );
}

function hitsOf(shown: readonly Shown[], { connection, params, run }: Asking): Promise<Hit[]> {
  return Promise.all(
    shown.map(({ item, groupSize }, index) => {
      const hit = toHit(item, index + 1, params.explain);
      const grouped = groupSize === undefined ? hit : { ...hit, groupSize };
      return addContext(connection, grouped, item.candidate.target, params.contextLines, run);
    }),
  );
}
