/**
 * Globs over paths, answered by the server: the distinct paths of the collection are asked for once, matched here, and
 * sent back as a filter on `source_path`. So both lists are searched among the right files only; nothing is filtered
 * after a list was cut off.
 */
import { pathFilter } from '../corpus/walk/globs.ts';
import type { RunOptions } from '../../lib/events.ts';
import { QdxError } from '../../lib/errors.ts';
import { counted } from '../../lib/quantities.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { keyOf, type PayloadKeys } from '../qdrant/collection/payload-keys.ts';
import { scrollPoints } from '../qdrant/collection/points.ts';
import type { PathSelection, QdrantFilter } from './filters.ts';
import type { SearchFilters } from './params.ts';

/** More distinct paths than this would make a filter beyond what a server takes in one request (32 MiB). */
const maxPaths = 200_000;

export interface FileQuestion {
  readonly collection: string;
  readonly filters: Pick<SearchFilters, 'paths' | 'excludes'>;
  readonly keys: PayloadKeys | undefined;
  /** The other conditions: only files that hold a point that meets them matter. */
  readonly filter: QdrantFilter | undefined;
  /** False for collections that others made: their points need not have the field. */
  readonly hasSubdirectories: boolean;
}

/** @returns null where no glob was given. */
export async function selectFiles(
  connection: Connection,
  question: FileQuestion,
  run: RunOptions,
): Promise<PathSelection | null> {
  const { paths, excludes } = question.filters;
  if (paths.length === 0 && excludes.length === 0) return null;
  const folders = question.hasSubdirectories ? wholeFolders(paths) : null;
  if (folders && excludes.length === 0) return { subdirectories: folders };
  const known = await distinctPaths(connection, question, run);
  const filter = pathFilter(paths, excludes);
  const any = known.filter((path) => filter.accepts(path));
  const none = known.filter((path) => !filter.accepts(path));
  // The shorter list travels; points without a path are out as soon as a path is asked for.
  return paths.length > 0 || any.length <= none.length ? { any } : { none };
}

/** `docs/**` and `docs/`: the first segment alone decides, which has a field and an index of its own. */
function wholeFolders(paths: readonly string[]): string[] | null {
  const folders = paths.map(
    (path) => /^(?:\.?\/)*(?<name>[^/*?[\]{}()!+@\\]+)\/(?:\*\*)?$/.exec(path)?.groups?.['name'],
  );
  return folders.length > 0 && folders.every((name) => name !== undefined) ? folders : null;
}

async function distinctPaths(connection: Connection, question: FileQuestion, run: RunOptions): Promise<string[]> {
  const { collection, filter, keys } = question;
  const signal = run.signal ? { signal: run.signal } : {};
  const key = keyOf('source_path', keys);
  const body = { key, limit: maxPaths, exact: true, ...(filter && { filter }) };
  const path = `/collections/${encodeURIComponent(collection)}/facet`;
  try {
    const { hits } = await connection.request<{ hits: { value: unknown }[] }>('POST', path, { body, ...signal });
    if (hits.length >= maxPaths) throw tooManyPaths(collection);
    return hits.map(({ value }) => String(value));
  } catch (error) {
    if (!isWithoutIndex(error)) throw error;
  }
  run.onEvent?.({
    type: 'note',
    message: `${collection} has no index on ${key}: all its points are read to match the globs`,
  });
  return scrollPaths(connection, question, run);
}

async function scrollPaths(connection: Connection, question: FileQuestion, run: RunOptions): Promise<string[]> {
  const key = keyOf('source_path', question.keys);
  const paths = new Set<string>();
  const options = { withPayload: [key], pageSize: 2_000, ...(question.filter && { filter: question.filter }) };
  for await (const { payload } of scrollPoints(connection, question.collection, { ...options, ...run })) {
    const path = payload?.[key];
    if (typeof path === 'string') paths.add(path);
    if (paths.size >= maxPaths) throw tooManyPaths(question.collection);
  }
  return [...paths];
}

const isWithoutIndex = (error: unknown): boolean => /No appropriate index/i.test(JSON.stringify(error) + String(error));

const tooManyPaths = (collection: string): QdxError =>
  new QdxError('usage', `${collection} has more than ${counted(maxPaths, 'files')}: too many to match globs against`, {
    hint: 'narrow the search with --subdirectory or --filter source=<name> first; globs then look at what is left',
  });
