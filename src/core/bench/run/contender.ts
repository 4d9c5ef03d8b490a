/**
 * A contender: one way to search, with a searcher for each collection that the queries name. Closed with the run.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchParams, SearchPlaces } from '../../retrieval/params.ts';
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
  close(): Promise<void>;
}

export function createContender({ name, connection, params, places }: ContenderSeed, run: RunOptions): OpenContender {
  const searchers = new Map<string, Promise<Searcher>>();
  return {
    name,
    params,
    searcher: ({ collection }) => {
      const collections = collection === undefined ? params.collections : [collection];
      const key = JSON.stringify(collections);
      const known = searchers.get(key) ?? createSearcher(connection, { ...params, collections }, places, run);
      searchers.set(key, known);
      return known;
    },
    close: async () => {
      for (const searcher of await Promise.allSettled(searchers.values()))
        if (searcher.status === 'fulfilled') await searcher.value.close();
    },
  };
}
