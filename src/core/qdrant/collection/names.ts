/**
 * Names of collections: what the user types, what lies behind an alias, and what was perhaps meant.
 */
import { QdxError } from '../../../lib/errors.ts';
import { didYouMean, nearestNames } from '../../../lib/nearest.ts';
import type { Connection } from '../connection/connection.ts';
import { versionedName } from './alias.ts';
import { systemCollection } from './system-collection.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface ResolvedName {
  /** As typed. */
  readonly name: string;
  /** The collection that holds the points. */
  readonly physical: string;
  readonly isAlias: boolean;
}

export interface ListedCollection {
  /** The collection that holds the points. */
  readonly physical: string;
  /** Public names that lead to it, sorted; empty where nothing but its own name does. */
  readonly aliases: readonly string[];
}

/** Two cheap requests, sent at once. qdx's own `_qdx` collection is left out. */
export async function listCollections(
  connection: Pick<Connection, 'request'>,
  signal?: AbortSignal,
): Promise<ListedCollection[]> {
  const options = signal ? { signal } : {};
  const [{ collections }, { aliases }] = await Promise.all([
    connection.request<{ collections: { name: string }[] }>('GET', '/collections', options),
    connection.request<{ aliases: { alias_name: string; collection_name: string }[] }>('GET', '/aliases', options),
  ]);
  return collections
    .map(({ name }) => name)
    .filter((name) => name !== systemCollection)
    .toSorted()
    .map((physical) => ({
      physical,
      aliases: aliases
        .filter((alias) => alias.collection_name === physical)
        .map((alias) => alias.alias_name)
        .toSorted(),
    }));
}

/** What a user calls a collection: its aliases, or its own name where it has none. */
export const publicNames = (collections: readonly ListedCollection[]): string[] =>
  collections.flatMap(({ physical, aliases }) => (aliases.length > 0 ? aliases : [physical]));

/**
 * Without the versions of a name (`docs__1`) that it leads past: they were replaced, or are still being made. What is asked of
 * no collection in particular is not asked of them.
 */
export function liveCollections(collections: readonly ListedCollection[]): ListedCollection[] {
  const names = new Set(publicNames(collections));
  return collections.filter(({ physical, aliases }) => {
    const name = versionedName(physical);
    return aliases.length > 0 || name === null || !names.has(name);
  });
}

/** @throws QdxError `notFound`, listing the collections there are, the nearest name first. */
export async function resolveCollection(
  connection: Connection,
  name: string,
  signal?: AbortSignal,
): Promise<ResolvedName> {
  const collections = await listCollections(connection, signal);
  const resolved = resolveAmong(collections, name);
  if (resolved) return resolved;
  throw missingCollection(connection.url, name, publicNames(liveCollections(collections)));
}

export function resolveAmong(collections: readonly ListedCollection[], name: string): ResolvedName | null {
  const found = collections.find(({ physical, aliases }) => physical === name || aliases.includes(name));
  return found ? { name, physical: found.physical, isAlias: found.physical !== name } : null;
}

/** Both names where they differ, for messages: `docs (docs__1)`. */
export const displayName = ({ name, physical }: ResolvedName): string =>
  name === physical ? name : `${name} (${physical})`;

export function missingCollection(url: string, name: string, names: readonly string[]): QdxError {
  const sorted = nearestNames(name, names);
  const known =
    sorted.length === 0
      ? 'there are no collections yet'
      : `there are: ${sorted.slice(0, 10).join(', ')}${more(sorted)}`;
  return new QdxError('notFound', `collection "${name}" is not on ${url}; ${known}`, {
    hint:
      sorted.length === 0
        ? shellText`qdx embed --collection ${name} <paths>`
        : (didYouMean(name, names) ?? 'qdx collections'),
    details: { collection: name, collections: sorted },
  });
}

const more = (names: readonly string[]): string => (names.length > 10 ? ` and ${names.length - 10} more` : '');

/** Refuses, before the first request, what the server would refuse, and what qdx keeps for itself. */
export function assertCollectionName(name: string): void {
  const reason =
    name === systemCollection
      ? 'qdx keeps its own records in it'
      : name.length === 0 || name.length > 250
        ? 'it needs 1 to 250 characters'
        : /[<>:"/\\|?*\p{Cc}]/u.test(name)
          ? 'it must not hold any of < > : " / \\ | ? * or control characters'
          : null;
  if (reason)
    throw new QdxError('usage', `"${name}" cannot be the name of a collection: ${reason}`, {
      hint: 'choose another name, such as docs; qdx collections lists those that are there',
    });
}
