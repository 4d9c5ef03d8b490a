/**
 * One way to search, with a searcher for each collection that queries name. Its models are opened once, whatever asks them, and
 * closed with it: no other way to search finds what they remember, and what an endpoint may cost is counted over all of it.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { createOpenedModels, type SearcherPlaces } from './opened-models.ts';
import type { SearchParams } from './params.ts';
import { wantsTokens } from './rerank/late/when-late.ts';
import { createSearcher, type Searcher } from './search.ts';

export interface Searchers {
  /**
   * @param collection Absent: those of the parameters.
   * @param limit Hits; absent: as the parameters say.
   */
  of(collection?: string, limit?: number): Promise<Searcher>;
  close(): Promise<void>;
}

/** Nothing is opened before it is asked for. @param places With models that are open already: they stay open. */
export function createSearchers(
  connection: Connection,
  params: SearchParams,
  places: SearcherPlaces,
  run: RunOptions,
): Searchers {
  const opened = places.opened ?? createOpenedModels(places, run, (model) => wantsTokens(params.rerank, model));
  const searchers = new Map<string, Promise<Searcher>>();
  return {
    of: (collection, limit = params.limit) => {
      const collections = collection === undefined ? params.collections : [collection];
      const key = JSON.stringify([limit, collections]);
      const own = { ...params, collections, limit };
      const known = searchers.get(key) ?? createSearcher(connection, own, { ...places, opened }, run);
      searchers.set(key, known);
      return known;
    },
    close: async () => {
      for (const searcher of await Promise.allSettled(searchers.values()))
        if (searcher.status === 'fulfilled') await searcher.value.close();
      if (!places.opened) await opened.close();
    },
  };
}
