/**
 * Which collections a backup is of. A name that leads nowhere, and a pattern that matches nothing, are errors: an empty backup
 * that looks like success is the worst of all.
 */
import picomatch from 'picomatch';
import { QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import {
  listCollections,
  type ListedCollection,
  missingCollection,
  publicNames,
  resolveAmong,
} from '../../qdrant/collection/names.ts';

export interface CollectionSelection {
  /** Names or aliases. */
  readonly names: readonly string[];
  /** Glob patterns over names and aliases. */
  readonly patterns: readonly string[];
  readonly all: boolean;
}

export async function selectCollections(
  connection: Connection,
  selection: CollectionSelection,
  signal?: AbortSignal,
): Promise<ListedCollection[]> {
  const listed = await listCollections(connection, signal);
  const { names, patterns, all } = selection;
  if (names.length === 0 && patterns.length === 0 && !all)
    throw new QdxError('usage', 'which collections? none was named', {
      hint: 'name them, or add --collections "docs*", or --all',
    });
  const chosen = new Set<string>(all ? listed.map(({ physical }) => physical) : []);
  for (const name of names) {
    const resolved = resolveAmong(listed, name);
    if (!resolved) throw missingCollection(connection.url, name, publicNames(listed));
    chosen.add(resolved.physical);
  }
  for (const pattern of patterns)
    for (const physical of matching(listed, pattern, connection.url)) chosen.add(physical);
  if (chosen.size === 0)
    throw new QdxError('notFound', `there are no collections on ${connection.url}`, { hint: 'qdx collections' });
  return listed.filter(({ physical }) => chosen.has(physical));
}

function matching(listed: readonly ListedCollection[], pattern: string, url: string): string[] {
  const matches = picomatch(pattern, { dot: true });
  const found = listed.filter(({ physical, aliases }) => [physical, ...aliases].some((name) => matches(name)));
  if (found.length > 0) return found.map(({ physical }) => physical);
  throw new QdxError('notFound', `no collection on ${url} matches ${JSON.stringify(pattern)}`, {
    hint: 'qdx collections',
    details: { pattern, collections: publicNames(listed) },
  });
}
