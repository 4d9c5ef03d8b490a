/**
 * The collections that a server shows: what is not on its list is not there, whatever it is called.
 */
import { isQdxError, QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { cardOf } from '../qdrant/collection/card-store.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import { type CollectionInfo, readCollectionInfo } from '../qdrant/collection/collection-info.ts';
import {
  listCollections,
  type ListedCollection,
  liveCollections,
  missingCollection,
} from '../qdrant/collection/names.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { Backend } from './backend.ts';
import { shellText } from '../../lib/shell-line.ts';

/** Searched where nobody says which; more would make one answer of all there is. */
const mostUnnamed = 20;

export async function servedCollections(
  connection: Connection,
  { allowed }: Backend,
  run: RunOptions,
): Promise<ListedCollection[]> {
  const all = await listCollections(connection, run.signal);
  if (allowed.length === 0) return liveCollections(all);
  return all
    .map(({ physical, aliases }) => ({
      physical,
      aliases: allowed.includes(physical) ? aliases : aliases.filter((alias) => allowed.includes(alias)),
    }))
    .filter(({ physical, aliases }) => aliases.length > 0 || allowed.includes(physical));
}

/** What a client calls it. */
export const publicName = ({ physical, aliases }: ListedCollection): string => aliases[0] ?? physical;

/** @throws QdxError `notFound`, naming the nearest of those that are served. */
export function servedByName(served: readonly ListedCollection[], name: string, url: string): ListedCollection {
  const found = served.find(({ physical, aliases }) => physical === name || aliases.includes(name));
  if (found) return found;
  const { message, details } = missingCollection(url, name, served.map(publicName));
  throw new QdxError('notFound', message, {
    hint: 'list_collections shows those that are served',
    ...(details && { details }),
  });
}

export interface DescribedCollection {
  readonly listed: ListedCollection;
  readonly info: CollectionInfo;
  readonly card: CollectionCard | null;
  /** Null: it can be searched. */
  readonly problem: string | null;
}

/** Never throws for what is wrong with one collection: that is its `problem`. */
export async function describeServed(
  connection: Connection,
  listed: ListedCollection,
  backend: Backend,
  run: RunOptions,
): Promise<DescribedCollection | { readonly listed: ListedCollection; readonly problem: string }> {
  try {
    const info = await readCollectionInfo(connection, listed.physical, run.signal);
    const card = await cardOf(connection, listed.physical, info);
    return { listed, info, card, problem: await problemOf(publicName(listed), card, backend) };
  } catch (error) {
    if (!isQdxError(error) || error.kind === 'temporary' || error.kind === 'denied') throw error;
    return { listed, problem: error.message };
  }
}

async function problemOf(name: string, card: CollectionCard | null, backend: Backend): Promise<string | null> {
  const model = card?.model.name ?? (await backend.searchDefaults(name)).settingsModel;
  if (model === undefined)
    return shellText`it has no card, so its model is unknown; qdx collections adopt ${name} --model <name> writes one`;
  try {
    await backend.places.findModel(model, card?.model);
    return null;
  } catch (error) {
    if (isQdxError(error)) return `${error.message}; ${error.hint ?? ''}`;
    throw error;
  }
}

/** Those that a search goes to when it names none; what is left out is noted. */
export async function collectionsToSearch(
  connection: Connection,
  served: readonly ListedCollection[],
  { backend, run, notes }: { readonly backend: Backend; readonly run: RunOptions; readonly notes: string[] },
): Promise<string[]> {
  const ofProject = served.filter(({ physical, aliases }) =>
    [physical, ...aliases].some((name) => backend.ofProject.includes(name)),
  );
  const wanted = ofProject.length > 0 ? ofProject : served;
  const described = await Promise.all(wanted.map((listed) => describeServed(connection, listed, backend, run)));
  for (const { listed, problem } of described)
    if (problem !== null) notes.push(`${publicName(listed)} was left out: ${problem}`);
  const names = described.filter(({ problem }) => problem === null).map(({ listed }) => publicName(listed));
  if (names.length > mostUnnamed)
    notes.push(`only the first ${mostUnnamed} of ${names.length} collections were searched: name those that matter`);
  return names.slice(0, mostUnnamed);
}
