/**
 * Reads the log of searches: what of it belongs to one server, and to one collection where one is named.
 */
import { isFault, readJsonl } from '../../lib/jsonl.ts';
import { type LoggedSearch, logFilesOf } from '../retrieval/search-log.ts';

export interface LogQuestion {
  /** `<data>/searches` */
  readonly folder: string;
  /** As the log names it: URL without credentials, or `local`. */
  readonly server: string;
  /** Any of its names; none: all collections. */
  readonly collections?: readonly string[];
}

/** Oldest first; empty where nothing was logged. Lines that are none (a disk that was full) are left out. */
export async function readSearchLog({ folder, server, collections }: LogQuestion): Promise<LoggedSearch[]> {
  const entries: LoggedSearch[] = [];
  for (const file of filesOf(folder))
    for await (const line of linesOf(file))
      if (isLogged(line) && line.server === server && (!collections || asks(line, collections))) entries.push(line);
  return entries;
}

function filesOf(folder: string): string[] {
  try {
    return logFilesOf(folder);
  } catch {
    return [];
  }
}

/** A file that was closed or removed meanwhile has no lines. */
async function* linesOf(file: string): AsyncGenerator<unknown> {
  try {
    for await (const line of readJsonl(file)) if (!isFault(line)) yield line.value;
  } catch {
    // The next look finds it under its new name.
  }
}

const isLogged = (value: unknown): value is LoggedSearch =>
  typeof value === 'object' &&
  value !== null &&
  'version' in value &&
  value.version === 1 &&
  'at' in value &&
  typeof value.at === 'string' &&
  'server' in value &&
  'collections' in value &&
  Array.isArray(value.collections);

const asks = ({ collections }: LoggedSearch, names: readonly string[]): boolean =>
  collections.some((name) => names.includes(name));
