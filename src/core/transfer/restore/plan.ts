/**
 * What a restore would do, found out before anything is touched: what becomes of each collection, which names lead where now,
 * and whether that may be.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { QdxError } from '../../../lib/errors.ts';
import { minorOf } from '../../qdrant/connection/features.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import { assertCollectionName } from '../../qdrant/collection/names.ts';
import { findAllPeers } from '../../qdrant/peers.ts';
import { countPeers } from '../../qdrant/collection/system-collection.ts';
import type { LocatedCollection } from '../backup-folder/join-shards.ts';
import { type BackedUpCollection, isBySnapshot } from '../backup-folder/manifest.ts';
import { type CollectionDescription, decodeDescription } from '../collection/collection-description.ts';
import { assertTakesSnapshot } from '../collection/server-fits.ts';

export interface RestoreItem {
  readonly collection: LocatedCollection;
  readonly description: CollectionDescription;
  /** The name that its versions are called after, and its lock. */
  readonly name: string;
  /** Every name that will lead to it. */
  readonly aliases: readonly string[];
}

export interface ItemInput {
  readonly collections: readonly LocatedCollection[];
  /** Names, aliases or glob patterns; empty: all. */
  readonly select: readonly string[];
  readonly as?: string;
}

/** @throws QdxError `notFound` for a selection that matches nothing, `usage` for `--as` with several collections. */
export async function planItems({ collections, select, as }: ItemInput): Promise<RestoreItem[]> {
  const chosen = selectFrom(collections, select);
  if (as !== undefined && chosen.length > 1)
    throw new QdxError('usage', `--as names one collection, and ${chosen.length} would be restored`, {
      hint: `add --select ${chosen[0]?.aliases[0] ?? chosen[0]?.name ?? ''}`,
    });
  return Promise.all(
    chosen.map(async (collection) => {
      const description = decodeDescription(await readFile(join(collection.path, collection.description.file)));
      const aliases = as === undefined ? publicNamesOf(collection) : [as];
      for (const alias of aliases) assertCollectionName(alias);
      const name = aliases.find((alias) => versionOf(alias, collection.name)) ?? aliases[0] ?? collection.name;
      return { collection, description, name, aliases };
    }),
  );
}

const publicNamesOf = ({ name, aliases }: BackedUpCollection): readonly string[] =>
  aliases.length > 0 ? aliases : [name];

function selectFrom(
  collections: readonly LocatedCollection[],
  select: readonly string[],
): readonly LocatedCollection[] {
  if (select.length === 0) return collections;
  const chosen = new Set<LocatedCollection>();
  for (const pattern of select) {
    const matches = picomatch(pattern, { dot: true });
    const found = collections.filter(({ name, aliases }) => [name, ...aliases].some((each) => matches(each)));
    if (found.length === 0)
      throw new QdxError('notFound', `no collection of this backup matches --select ${JSON.stringify(pattern)}`, {
        hint: `it holds: ${collections.flatMap(publicNamesOf).join(', ')}`,
      });
    for (const collection of found) chosen.add(collection);
  }
  return collections.filter((collection) => chosen.has(collection));
}

/** @throws QdxError `refused` for a server that cannot take the snapshots of the backup. */
export async function assertSnapshotsFit(
  connection: Connection,
  items: readonly RestoreItem[],
  { qdrantVersion, peerUrls = [] }: { readonly qdrantVersion: string; readonly peerUrls?: readonly string[] },
): Promise<void> {
  if (!items.some(({ collection }) => isBySnapshot(collection))) return;
  const hint = `restore it to Qdrant ${minorOf(qdrantVersion)}, and qdx migrate it from there`;
  await assertTakesSnapshot(connection, qdrantVersion, hint);
  if (items.some(({ collection }) => collection.shardSnapshots)) await findAllPeers(connection, peerUrls);
  const whole = items.find(({ collection }) => collection.snapshot);
  const peers = whole ? await countPeers(connection) : 1;
  if (!whole || peers < 2) return;
  throw new QdxError(
    'refused',
    `${whole.collection.name} is one snapshot of all its shards, and ${connection.url} is one of ${peers} peers: it cannot be spread over them`,
    {
      hint: 'restore it to a single server, and from there: qdx migrate --via snapshot --to-url <a peer of the cluster>',
    },
  );
}
