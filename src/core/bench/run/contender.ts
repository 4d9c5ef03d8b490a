/**
 * A contender: one way to search, with a searcher for each collection that the queries name. Its models are opened once,
 * whatever asks them, and closed with the run: no other contender finds what they remember, and what an endpoint may cost
 * is counted over the whole run.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { createOpenedModels } from '../../retrieval/opened-models.ts';
import type { SearchParams, SearchPlaces } from '../../retrieval/params.ts';
import { wantsTokens } from '../../retrieval/rerank/late/when-late.ts';
import { createSearcher, type Searcher } from '../../retrieval/search.ts';
import type { Contender } from './ask.ts';

export interface ContenderSeed {
  readonly name: string;
  readonly connection: Connection;
  readonly params: SearchParams;
  readonly places: SearchPlaces;
}

export interface OpenContender extends Contender {
  readonly params: SearchParams;
  /** The same way to search with more hits, by the same models; closed with this one. */
  deeper(limit: number): Contender;
  close(): Promise<void>;
}

export function createContender({ name, connection, params, places }: ContenderSeed, run: RunOptions): OpenContender {
  const opened = places.opened ?? createOpenedModels(places, run, (model) => wantsTokens(params.rerank, model));
  const searchers = new Map<string, Promise<Searcher>>();
  const withLimit = (limit: number): Contender => ({
    name,
    searcher: ({ collection }) => {
      const collections = collection === undefined ? params.collections : [collection];
      const key = JSON.stringify([limit, collections]);
      const own = { ...params, collections, limit };
      const known = searchers.get(key) ?? createSearcher(connection, own, { ...places, opened }, run);
      searchers.set(key, known);
      return known;
    },
  });
  return {
    ...withLimit(params.limit),
    params,
    deeper: withLimit,
    close: async () => {
      for (const searcher of await Promise.allSettled(searchers.values()))
        if (searcher.status === 'fulfilled') await searcher.value.close();
      if (!places.opened) await opened.close();
    },
  };
}
