/**
 * Staging collections: the next version of a public name, marked as such in its metadata, where a transfer is made and proven
 * before anything leads to it. What carries no mark of qdx is never touched.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { nextVersionName, versionOf } from '../../qdrant/collection/alias.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type ListedCollection, listCollections } from '../../qdrant/collection/names.ts';
import { createBody, finishBody } from './collection-body.ts';
import { type CollectionDescription, describeCollection } from './collection-description.ts';
import { readTransferMark, type TransferMark, writeTransferMark } from '../journal/transfer-mark.ts';

const pathOf = (physical: string, tail = ''): string => `/collections/${encodeURIComponent(physical)}${tail}`;

export interface Staging {
  readonly physical: string;
  /** An earlier run of the same origin made it: what is in it may be kept. */
  readonly isLeftover: boolean;
}

/** The staging collection that an earlier run of the same origin left, or the name for a new one. */
export async function findStaging(
  connection: Connection,
  listed: readonly ListedCollection[],
  { name, origin }: Pick<TransferMark, 'name' | 'origin'>,
): Promise<Staging> {
  const candidates = listed.filter(({ physical, aliases }) => aliases.length === 0 && versionOf(name, physical));
  for (const { physical } of candidates) {
    const mark = await readTransferMark(connection, physical);
    if (mark?.state === 'staging' && mark.origin === origin) return { physical, isLeftover: true };
  }
  const names = listed.map(({ physical }) => physical);
  return { physical: nextVersionName(name, names), isLeftover: false };
}

export interface SwitchedIn {
  readonly staging: Staging;
  readonly mark: TransferMark;
}

interface ServedInput {
  /** All of them lead there. */
  readonly aliases: readonly string[];
  readonly origin: string;
}

/** A staging collection of this origin to which all names lead: its run was killed between the switch and its note. */
export const findSwitchedIn = (connection: Connection, listed: readonly ListedCollection[], input: ServedInput) =>
  findServed(connection, listed, input, 'staging');

/** What a run of this origin switched in, and ended. */
export const findDone = (connection: Connection, listed: readonly ListedCollection[], input: ServedInput) =>
  findServed(connection, listed, input, 'live');

async function findServed(
  connection: Connection,
  listed: readonly ListedCollection[],
  { aliases, origin }: ServedInput,
  state: TransferMark['state'],
): Promise<SwitchedIn | null> {
  const current = listed.find((entry) => aliases.every((alias) => entry.aliases.includes(alias)));
  const mark = current ? await readTransferMark(connection, current.physical) : null;
  if (!current || mark?.state !== state || mark.origin !== origin) return null;
  return { staging: { physical: current.physical, isLeftover: true }, mark };
}

/** What a run is about to put there, or found there, is not what its origin says: noted, so that a later one empties it. */
export async function noteSpoiled(connection: Connection, physical: string, mark: TransferMark): Promise<void> {
  await writeTransferMark(connection, physical, { ...mark, isSpoiled: true });
}

/** Emptied before its mark says so: killed in between, it is emptied again. */
export async function emptyStaging(connection: Connection, physical: string, mark: TransferMark): Promise<void> {
  await connection.request('POST', pathOf(physical, '/points/delete'), { query: { wait: true }, body: { filter: {} } });
  await writeTransferMark(connection, physical, mark);
}

type Config = Readonly<Record<string, unknown>>;

/** Filled first, indexed afterwards: twice as fast (see qdrant/collection/deferred-indexing.ts). */
export const withoutIndexing = (description: CollectionDescription): CollectionDescription => ({
  ...description,
  config: {
    ...description.config,
    optimizer_config: { ...(description.config['optimizer_config'] as Config), indexing_threshold: 0 },
  },
});

/** Makes an empty collection as described, with its payload indexes and shard keys. */
export async function createStaging(
  connection: Connection,
  physical: string,
  description: CollectionDescription,
  mark: TransferMark,
  { signal }: RunOptions = {},
): Promise<void> {
  const options = signal ? { signal } : {};
  await connection.request('PUT', pathOf(physical), { ...options, body: createBody(description, mark) });
  await createShardKeys(connection, physical, description, options);
  await createIndexes(connection, physical, description, options);
}

/** Those that are not there yet. */
export async function createShardKeys(
  connection: Connection,
  physical: string,
  description: CollectionDescription,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (description.shardKeys.length === 0) return;
  const made = await describeCollection(connection, { physical, aliases: [] }, options);
  const missing = description.shardKeys.filter((key) => !made.shardKeys.includes(key));
  for (const key of missing)
    await connection.request('PUT', pathOf(physical, '/shards'), { ...options, body: { shard_key: key } });
}

/** May be repeated: a run that was killed may have left some out. */
export async function createIndexes(
  connection: Connection,
  physical: string,
  { payloadIndexes }: CollectionDescription,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  for (const [field, schema] of Object.entries(payloadIndexes)) {
    const body = { field_name: field, field_schema: schema };
    await connection.request('PUT', pathOf(physical, '/index'), { ...options, query: { wait: true }, body });
  }
}

/** What is set when everything is in and compared. */
export async function finishStaging(
  connection: Connection,
  physical: string,
  description: CollectionDescription,
): Promise<void> {
  const body = finishBody(description);
  if (body) await connection.request('PATCH', pathOf(physical), { body });
}

/**
 * Removes a staging collection.
 * @throws QdxError `refused` for one without the mark, or that a name leads to: it is not looked up by its name alone.
 */
export async function dropStaging(connection: Connection, physical: string): Promise<void> {
  const mark = await readTransferMark(connection, physical);
  const aliases = (await listCollections(connection)).find((listed) => listed.physical === physical)?.aliases ?? [];
  if (mark?.state !== 'staging' || aliases.length > 0)
    throw new QdxError('refused', `${physical} is no staging collection of qdx: it is not removed`);
  await connection.request('DELETE', pathOf(physical));
}
