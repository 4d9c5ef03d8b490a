/**
 * What a collection is compared with: a backup, or another collection of the same server.
 */
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import {
  listCollections,
  type ListedCollection,
  missingCollection,
  publicNames,
  resolveAmong,
} from '../../qdrant/collection/names.ts';
import { type BackedUpCollection, isBySnapshot, manifestName } from '../backup-folder/manifest.ts';
import { readPart } from '../backup-folder/part-file.ts';
import { readSoundBackup } from '../backup-folder/verify-backup.ts';
import {
  type CollectionDescription,
  decodeDescription,
  describeCollection,
} from '../collection/collection-description.ts';
import type { RawPoint } from '../points/raw-points.ts';
import { createPageSize, type IdRange, scanRange } from '../points/scan-range.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface Reference {
  readonly kind: 'backup' | 'collection';
  /** For messages. */
  readonly label: string;
  readonly description: CollectionDescription;
  /** Of a backup that holds only a part of the points. */
  readonly filter: unknown;
  points(shardKey: IdRange['shardKey']): AsyncIterable<readonly RawPoint[]>;
}

/**
 * What has a slash in it is a folder; a bare name may be either.
 * @throws QdxError `notFound` where it is neither, `usage` where it is both; `verification` for a backup that is not sound.
 */
export async function openReference(
  connection: Connection,
  against: string,
  collection: CollectionDescription,
  run: RunOptions,
): Promise<Reference> {
  const folder = resolve(against);
  if (/[/\\]/u.test(against)) return backupReference(folder, collection, run);
  const listed = await listCollections(connection, run.signal);
  const resolved = resolveAmong(listed, against);
  const isBackup = (await stat(join(folder, manifestName)).catch(() => null))?.isFile() ?? false;
  if (resolved && isBackup)
    throw new QdxError('usage', `${against} is a collection on ${connection.url}, and a folder with a backup here`, {
      hint: `for the backup: --against ./${against}`,
    });
  if (isBackup) return backupReference(folder, collection, run);
  const entry = listed.find(({ physical }) => physical === resolved?.physical);
  if (entry) return collectionReference(connection, entry, run);
  throw missingCollection(connection.url, against, publicNames(listed));
}

async function backupReference(
  root: string,
  { name, aliases }: CollectionDescription,
  run: RunOptions,
): Promise<Reference> {
  const manifest = await readSoundBackup(root, run);
  if (manifest.shard)
    throw new QdxError(
      'usage',
      `${root} is shard ${manifest.shard.shard} of ${manifest.shard.shards}, and holds only its points`,
      {
        hint: shellText`restore all shards beside: qdx restore <folder...> --as ${`${name}-check`}; then compare with that`,
      },
    );
  const names = new Set([name, ...aliases]);
  const matches = (entry: BackedUpCollection) => [entry.name, ...entry.aliases].some((each) => names.has(each));
  const found = manifest.collections.find(matches) ?? onlyOne(manifest.collections);
  if (!found)
    throw new QdxError('notFound', `${root} holds no collection that is called ${[...names].join(' or ')}`, {
      hint: `it holds: ${manifest.collections.map((entry) => entry.name).join(', ')}`,
    });
  if (isBySnapshot(found))
    throw new QdxError('usage', `${root} holds ${found.name} as a snapshot of Qdrant, which only a server can read`, {
      hint: shellText`restore it beside: qdx restore ${root} --select ${found.name} --as ${`${name}-check`}; then compare with that`,
    });
  const folder = join(root, found.folder);
  return {
    kind: 'backup',
    label: `${found.name} in ${root}`,
    description: decodeDescription(await readFile(join(folder, found.description.file))),
    filter: manifest.filter ?? undefined,
    async *points(shardKey) {
      for (const part of found.parts) if (part.shardKey === shardKey) yield* readPart(join(folder, part.file));
    },
  };
}

const onlyOne = (collections: readonly BackedUpCollection[]): BackedUpCollection | undefined =>
  collections.length === 1 ? collections[0] : undefined;

async function collectionReference(
  connection: Connection,
  entry: ListedCollection,
  run: RunOptions,
): Promise<Reference> {
  return {
    kind: 'collection',
    label: entry.physical,
    description: await describeCollection(connection, entry, run),
    filter: undefined,
    points: (shardKey) => allPoints(connection, entry.physical, shardKey, undefined, run),
  };
}

/** Every point of a collection (of one of its shard keys), in the order of ids. */
export const allPoints = (
  connection: Connection,
  physical: string,
  shardKey: IdRange['shardKey'],
  filter: unknown,
  run: RunOptions,
): AsyncIterable<readonly RawPoint[]> => {
  const range = { from: null, to: null, shardKey };
  return scanRange(connection, { physical, range, filter, pageSize: createPageSize() }, run);
};
