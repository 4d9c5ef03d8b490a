/**
 * Everything of a collection but its points: configuration, payload indexes, metadata, aliases, shard keys; read from the
 * server, written to `collection.json`, read from there, compared.
 *
 * Metadata is what users put there, so its values keep their bytes; configuration is the server's own and is parsed.
 */
import { isDeepStrictEqual } from 'node:util';
import { jsonFields } from '../../../lib/json-bytes.ts';
import { parseJson, stringifyJson } from '../../../lib/json.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { cardKey, readCard } from '../../qdrant/collection/card-store.ts';
import type { ListedCollection } from '../../qdrant/collection/names.ts';
import { transferKey } from '../journal/transfer-mark.ts';

export interface CollectionDescription {
  /** Of the collection itself. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly shardKeys: readonly (string | number)[];
  /** `result.config` of the server, without metadata. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `keyword`, or the index's parameters, by field. */
  readonly payloadIndexes: Readonly<Record<string, unknown>>;
  /** JSON text by key; what qdx itself notes of a transfer is left out. */
  readonly metadata: ReadonlyMap<string, Buffer>;
}

interface PayloadIndexInfo {
  readonly data_type: string;
  readonly params?: unknown;
}

export async function describeCollection(
  connection: Connection,
  { physical, aliases }: ListedCollection,
  run: RunOptions = {},
): Promise<CollectionDescription> {
  const path = `/collections/${encodeURIComponent(physical)}`;
  const options = run.signal ? { signal: run.signal } : {};
  const result = await connection.requestRaw('GET', path, (body) => part(jsonFields(body), 'result'), options);
  const fields = jsonFields(result);
  const { metadata: _metadata, ...config } = parseJson(part(fields, 'config')) as Record<string, unknown>;
  const schema = parseJson(part(fields, 'payload_schema')) as Record<string, PayloadIndexInfo>;
  return {
    name: physical,
    aliases,
    shardKeys: await readShardKeys(connection, path, config, options),
    config,
    payloadIndexes: Object.fromEntries(
      Object.entries(schema)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([field, { data_type, params }]) => [field, params ?? data_type]),
    ),
    metadata: await readMetadata(connection, physical, jsonFields(part(fields, 'config')).get('metadata')),
  };
}

function part(fields: ReadonlyMap<string, Buffer>, key: string): Buffer {
  const bytes = fields.get(key);
  if (!bytes) throw new SyntaxError(`there is no "${key}"`);
  return bytes;
}

/** Servers before 1.16 have no metadata: there the card, a point of `_qdx`, stands for it. */
async function readMetadata(
  connection: Connection,
  physical: string,
  bytes: Buffer | undefined,
): Promise<ReadonlyMap<string, Buffer>> {
  const { features } = await connection.server();
  if (!features.collectionMetadata) {
    const card = await readCard(connection, physical);
    return new Map(card ? [[cardKey, Buffer.from(stringifyJson(card))]] : []);
  }
  return bytes ? metadataEntries(bytes) : new Map();
}

/** Sorted: the server keeps them in no order. */
function metadataEntries(bytes: Buffer): ReadonlyMap<string, Buffer> {
  if (bytes[0] !== 0x7b) return new Map();
  const entries = [...jsonFields(bytes)].filter(([key]) => key !== transferKey);
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface ShardInfo {
  readonly shard_key?: string | number;
}

async function readShardKeys(
  connection: Connection,
  path: string,
  config: Readonly<Record<string, unknown>>,
  options: { readonly signal?: AbortSignal },
): Promise<(string | number)[]> {
  const params = config['params'] as { readonly sharding_method?: string } | undefined;
  if (params?.sharding_method !== 'custom') return [];
  const cluster = await connection.request<{ local_shards: ShardInfo[]; remote_shards: ShardInfo[] }>(
    'GET',
    `${path}/cluster`,
    options,
  );
  const keys = [...cluster.local_shards, ...cluster.remote_shards].map(({ shard_key }) => shard_key);
  const known = keys.filter((key) => key !== undefined);
  return [...new Set(known)].toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
}

/** Text of `collection.json`. `backupId` ties the file to its manifest. */
export function encodeDescription(description: CollectionDescription, backupId: string): Buffer {
  const { metadata, ...rest } = description;
  const head = stringifyJson({ format: 'qdx-collection', version: 1, backupId, ...rest });
  const parts: Buffer[] = [Buffer.from(`${head.slice(0, -1)},"metadata":`), encodeMetadata(metadata)];
  return Buffer.concat([...parts, Buffer.from('}\n')]);
}

/** A JSON object. */
export function encodeMetadata(metadata: ReadonlyMap<string, Buffer>): Buffer {
  const parts = [...metadata].flatMap(([key, value], index) => [
    Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(key)}:`),
    value,
  ]);
  return Buffer.concat([Buffer.from('{'), ...parts, Buffer.from('}')]);
}

/** @throws SyntaxError for what encodeDescription did not write. */
export function decodeDescription(bytes: Buffer): CollectionDescription & { readonly backupId: string } {
  const fields = jsonFields(bytes);
  const value = (key: string) => parseJson(part(fields, key));
  return {
    backupId: value('backupId') as string,
    name: value('name') as string,
    aliases: value('aliases') as string[],
    shardKeys: value('shardKeys') as (string | number)[],
    config: value('config') as CollectionDescription['config'],
    payloadIndexes: value('payloadIndexes') as CollectionDescription['payloadIndexes'],
    metadata: metadataEntries(part(fields, 'metadata')),
  };
}

export interface DescriptionDifference {
  /** `config.hnsw_config.m` */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Names apart, every leaf in which two collections differ. */
export function descriptionDifferences(
  expected: CollectionDescription,
  actual: CollectionDescription,
): DescriptionDifference[] {
  const texts = ({ metadata }: CollectionDescription) =>
    Object.fromEntries([...metadata].map(([key, value]) => [key, value.toString('utf8')]));
  const view = (of: CollectionDescription) => ({
    config: of.config,
    payloadIndexes: of.payloadIndexes,
    shardKeys: of.shardKeys,
    metadata: texts(of),
  });
  return leafDifferences(view(expected), view(actual), '');
}

/** @param path Where the two lie; empty: nowhere. */
export function leafDifferences(expected: unknown, actual: unknown, path: string): DescriptionDifference[] {
  if (isDeepStrictEqual(expected, actual)) return [];
  if (!isRecord(expected) || !isRecord(actual)) return isUnset(expected, actual) ? [] : [{ path, expected, actual }];
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.flatMap((key) => leafDifferences(expected[key], actual[key], path === '' ? key : `${path}.${key}`));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The server leaves out, or prints null or false for, what is not set: the same thing. */
const isUnset = (expected: unknown, actual: unknown): boolean => isOff(expected) && isOff(actual);
const isOff = (value: unknown): boolean => value === undefined || value === null || value === false;

/** `config.hnsw_config.m: expected 16, got 32` */
export const displayDifference = ({ path, expected, actual }: DescriptionDifference): string =>
  `${path}: expected ${stringifyJson(expected) ?? 'nothing'}, got ${stringifyJson(actual) ?? 'nothing'}`;
