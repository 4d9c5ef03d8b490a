/**
 * SearchLog: what searches of this user took and found, appended line by line to a bounded local file. `qdx stats` reads it
 * (core/live). The text of a query is kept only where the settings say so.
 */
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isQdxError } from '../../lib/errors.ts';
import type { OnEvent } from '../../lib/events.ts';
import type { SearchParams } from './params.ts';
import type { SearchResponse } from './response.ts';
import type { Searcher } from './search.ts';

/** Milliseconds. */
export interface LoggedTimes {
  readonly encodeMs: number;
  readonly serverMs: number;
  readonly rankMs: number;
  readonly rerankMs: number;
  readonly totalMs: number;
}

/** A line of the log; docs/watching.md describes it. */
export interface LoggedSearch {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** URL without credentials, or `local`: the local server has another port each time it is started. */
  readonly server: string;
  readonly tool: 'search' | 'mcp';
  readonly collections: readonly string[];
  readonly mode: string;
  /** Absent of a search that failed. */
  readonly times?: LoggedTimes;
  /** What ran the model: `onnx`, or null where no vector was wanted. */
  readonly encoder?: string | null;
  /** The query's vector was there already; null where none was wanted. */
  readonly cached?: boolean | null;
  /** Kinds of the rerankers that ran. */
  readonly reranked?: readonly string[];
  /** Ids of the hits, best first. */
  readonly ids?: readonly string[];
  /** Kind of the error of a search that failed. */
  readonly failed?: string;
  readonly query?: string;
}

export interface SearchLogParams {
  /** `<data>/searches` */
  readonly folder: string;
  readonly server: string;
  readonly tool: LoggedSearch['tool'];
  /** Of all its files together. */
  readonly maxBytes: number;
  readonly keepsQueries: boolean;
}

const logFile = 'searches.jsonl';
/** The log is this many files, of which the oldest goes when the newest is full. */
const files = 4;
const longestQueryChars = 2000;
const mostIds = 100;

/** Files of a log, oldest first. */
export function logFilesOf(folder: string): string[] {
  const closed = readdirSync(folder).filter((name) => /^searches\.\d{8}T\d{9}Z\.\d+\.jsonl$/u.test(name));
  return [...closed.toSorted(), logFile].map((name) => join(folder, name));
}

/** A searcher whose answers and failures are logged. A log that cannot be written is said once, and fails no search. */
export function withSearchLog(
  searcher: Searcher,
  params: SearchParams,
  log: SearchLogParams,
  onEvent?: OnEvent,
): Searcher {
  let isBroken = false;
  const append = (entry: Partial<LoggedSearch>, query: string) => {
    if (isBroken) return;
    try {
      appendSearch(log, { ...headOf(log, params), ...entry, ...(log.keepsQueries && { query: cut(query) }) });
    } catch (error) {
      isBroken = true;
      const reason = error instanceof Error ? error.message : String(error);
      onEvent?.({ type: 'warning', message: `the log of searches in ${log.folder} cannot be written: ${reason}` });
    }
  };
  return {
    ...searcher,
    search: async (query) => {
      try {
        const response = await searcher.search(query);
        append(answerOf(response), query);
        return response;
      } catch (error) {
        if (isQdxError(error) && error.kind !== 'usage') append({ failed: error.kind }, query);
        throw error;
      }
    },
  };
}

const cut = (query: string): string => query.slice(0, longestQueryChars);

const headOf = ({ server, tool }: SearchLogParams, { collections, mode }: SearchParams) =>
  ({ version: 1, at: new Date().toISOString(), server, tool, collections, mode }) as const;

function answerOf({ mode, collections, hits, timing, rerankTimeMs, reranking }: SearchResponse): Partial<LoggedSearch> {
  const encoders = collections.flatMap(({ encoder }) => encoder ?? []);
  return {
    mode,
    times: {
      encodeMs: rounded(timing.encodeMs),
      serverMs: rounded(timing.serverMs),
      rankMs: rounded(timing.rankMs),
      rerankMs: rounded(rerankTimeMs),
      totalMs: rounded(timing.totalMs),
    },
    encoder: encoders[0]?.kind ?? null,
    cached: encoders.length === 0 ? null : encoders.every(({ cached }) => cached),
    reranked: reranking.map(({ kind }) => kind),
    ids: hits.slice(0, mostIds).map(({ id }) => String(id)),
  };
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100;

/** One line, in one write: runs side by side do not mix theirs. */
function appendSearch({ folder, maxBytes }: SearchLogParams, entry: LoggedSearch): void {
  const path = join(folder, logFile);
  const line = `${JSON.stringify(entry)}\n`;
  try {
    appendFileSync(path, line, { mode: 0o600 });
  } catch {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    appendFileSync(path, line, { mode: 0o600 });
  }
  try {
    if (statSync(path).size > maxBytes / files) closeFile(folder, entry.at);
  } catch (error) {
    // Another run closed it between two of these steps; the line is written.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Two runs that do it at once may make a small file more, and lose nothing. */
function closeFile(folder: string, at: string): void {
  const stamp = at.replaceAll(/[-:.]/gu, '');
  renameSync(join(folder, logFile), join(folder, `searches.${stamp}.${randomSuffix()}.jsonl`));
  for (const old of logFilesOf(folder).slice(0, -files)) rmSync(old, { force: true });
}

const randomSuffix = (): number => Math.floor(Math.random() * 1e6);
