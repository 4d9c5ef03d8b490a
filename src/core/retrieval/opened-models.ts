/**
 * Models that are opened once and kept: by one searcher, or by a server for all of its searches.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { SearchParams } from './params.ts';
import type { SearchPlaces } from './places.ts';
import { createQueryEncoders, type QueryEncoders, type WantsTokens } from './query-encoders.ts';
import type { Reranker, RerankerContext } from './rerank/port.ts';

export interface OpenedModels {
  readonly encoders: QueryEncoders;
  /** In the order of the parameters, for candidates from that server; none where none is asked for. */
  rerankers(connection: Connection, params: RerankingParams): Promise<readonly Reranker[]>;
  close(): Promise<void>;
}

type RerankingParams = Pick<SearchParams, 'rerank' | 'weights'>;

/** Where models are, and those of them that are open already. */
export interface SearcherPlaces extends SearchPlaces {
  /** Models that stay open for other searchers; absent: each searcher opens and closes its own. */
  readonly opened?: OpenedModels;
}

/** Nothing is opened before it is asked for; what could not be opened is tried again the next time. */
export function createOpenedModels(places: SearchPlaces, run: RunOptions, wantsTokens?: WantsTokens): OpenedModels {
  const encoders = createQueryEncoders(places, run, wantsTokens);
  const byConnection = new Map<Connection, Map<string, Promise<readonly Reranker[]>>>();
  return {
    encoders,
    rerankers: async (connection, { rerank: params, weights }) => {
      if (!params || params.kinds.length === 0) return [];
      const opened = byConnection.get(connection) ?? new Map<string, Promise<readonly Reranker[]>>();
      byConnection.set(connection, opened);
      const key = JSON.stringify([params, weights]);
      const known =
        opened.get(key) ?? openRerankers({ params, connection, places, encoders, ...(weights && { weights }) }, run);
      opened.set(key, known);
      known.catch(() => opened.delete(key));
      return known;
    },
    close: async () => {
      const all = [...byConnection.values()].flatMap((opened) => [...opened.values()]);
      for (const opened of await Promise.allSettled(all))
        if (opened.status === 'fulfilled') for (const reranker of opened.value) await reranker.close();
      await encoders.close();
    },
  };
}

async function openRerankers(context: RerankerContext, run: RunOptions): Promise<readonly Reranker[]> {
  const { openRerankers: open } = await import('./rerank/rerankers.ts');
  return open(context, run);
}
