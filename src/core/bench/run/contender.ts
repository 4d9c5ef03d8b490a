/**
 * A contender: one way to search, by the name that the report gives it.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchParams } from '../../retrieval/params.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import { createSearchers } from '../../retrieval/searchers.ts';
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
  const searchers = createSearchers(connection, params, places, run);
  const withLimit = (limit: number): Contender => ({
    name,
    searcher: ({ collection }) => searchers.of(collection, limit),
  });
  return { ...withLimit(params.limit), params, deeper: withLimit, close: () => searchers.close() };
}
