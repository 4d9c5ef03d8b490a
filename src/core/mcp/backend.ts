/**
 * What all calls of one server share: the connection, opened once and again after it failed; models, which stay open; and
 * which collections are served.
 */
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { Settings } from '../config/schema.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { CardlessParams, SearchParams } from '../retrieval/params.ts';
import type { SearchPlaces } from '../retrieval/places.ts';
import type { SearchLogParams } from '../retrieval/search-log.ts';
import { createOpenedModels, type OpenedModels } from '../retrieval/opened-models.ts';

/** What the settings say of a search; of one collection, with its own entry applied. */
type SearchDefaults = CardlessParams &
  Pick<SearchParams, 'mode' | 'modeIsExplicit' | 'limit' | 'candidates' | 'ef' | 'oversampling' | 'sparseName'> &
  Pick<SearchParams, 'rescore' | 'rerank'>;

interface McpLimits {
  /** Hits of one search. */
  readonly maxResults: number;
  /** Characters of the text of one hit. */
  readonly contentChars: number;
}

export interface BackendParams {
  /** A server by URL, or the local one. */
  readonly connect: () => Promise<Connection>;
  readonly places: SearchPlaces;
  /** Absent: searches are not logged. */
  readonly log?: SearchLogParams;
  /** The only collections that are served, by any of their names; empty: all. */
  readonly allowed: readonly string[];
  /** Those of the project's settings: searched where a call names none. */
  readonly ofProject: readonly string[];
  readonly searchDefaults: (collection?: string) => Promise<SearchDefaults>;
  /** What the settings say of a collection. */
  readonly descriptionOf: (collection: string) => Promise<string>;
  readonly allowWrite: boolean;
  readonly uploadSettings: Settings['upload'];
  readonly limits: McpLimits;
}

export interface Backend extends Omit<BackendParams, 'connect' | 'places'> {
  /** The one line of this server; a new one where the last call found it broken. */
  connection(): Promise<Connection>;
  readonly places: SearchPlaces & { readonly opened: OpenedModels };
  /** One after the other: the writer lock is of the process, not of the call. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** The next call connects anew if the server was not there: the local one has another port when it is started again. */
  noteFailure(error: unknown): void;
  close(): Promise<void>;
}

/** @param run Of the whole server: its signal ends what calls share. */
export function createBackend({ connect, places, ...params }: BackendParams, run: RunOptions): Backend {
  const opened = createOpenedModels(places, run, ({ tokenVectors }) => tokenVectors === 'usable');
  let line: Promise<Connection> | undefined;
  let lastWrite: Promise<unknown> = Promise.resolve();
  return {
    ...params,
    connection: () => {
      const connecting = (line ??= connect());
      connecting.catch(() => {
        if (line === connecting) line = undefined;
      });
      return connecting;
    },
    places: { ...places, opened },
    inTurn: (work) => {
      const result = lastWrite.then(work, work);
      lastWrite = result.catch(() => {});
      return result;
    },
    noteFailure: (error) => {
      if (isQdxError(error) && error.kind === 'temporary') line = undefined;
    },
    close: async () => {
      await lastWrite;
      await opened.close();
    },
  };
}
