/**
 * Settings of a new collection that were typed as flags although the collection exists: what it has already is fine,
 * anything else is refused, because it would be ignored.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { SettingPath } from '../../config/table.ts';
import type { Connection } from '../connection/connection.ts';
import type { CollectionCard } from './collection-card.ts';
import type { CollectionInfo } from './collection-info.ts';
import { collectionBody, type SchemaDifference, schemaDifferences, type SchemaSettings } from './collection-schema.ts';
import { deferralKey } from './deferred-indexing.ts';

/** Flags by the path of their setting: `{'index.m': '--hnsw-m'}`. */
export type TypedSettings = Readonly<Partial<Record<SettingPath, string>>>;

export interface TypedInput {
  readonly display: string;
  readonly info: CollectionInfo;
  /** Of the collection as it is. */
  readonly card: CollectionCard;
  readonly settings: SchemaSettings;
  readonly typed: TypedSettings;
}

/** @throws QdxError `refused` naming the flag and what the collection has. */
export async function assertTypedHold(connection: Connection, input: TypedInput): Promise<void> {
  const { display, typed } = input;
  if (Object.keys(typed).length === 0) return;
  const differences = [...nameDifferences(input), ...(await bodyDifferences(connection, input))];
  for (const [setting, flag] of Object.entries(typed)) {
    const found = differences.find(({ path }) => path === setting || path.startsWith(`${setting}.`));
    if (!found) continue;
    const [expected, actual] = [found.expected, found.actual].map((value) => JSON.stringify(value ?? null));
    throw new QdxError(
      'refused',
      `collection ${display} exists, and ${flag} holds for a new one only: asked for ${expected}, it has ${actual}`,
      {
        hint: `leave ${flag} out, or name another collection`,
        details: { setting, expected: found.expected, actual: found.actual },
      },
    );
  }
}

function nameDifferences({ settings: { vector, index }, card, info }: TypedInput): SchemaDifference[] {
  const found: SchemaDifference[] = [];
  const compare = (path: string, expected: unknown, actual: unknown): void => {
    if (expected !== actual) found.push({ path, expected, actual });
  };
  compare('vector.name', vector.name, card.vectorName);
  compare('vector.sparseName', vector.sparseName, card.sparseName ?? '');
  const { quantization_config: quantization } = info.config;
  if (vector.quantization.kind === 'none' && quantization) compare('vector.quantization.kind', 'none', quantization);
  const missing = index.payloadIndexes.filter((field) => !Object.hasOwn(info.payload_schema, field));
  if (missing.length > 0)
    found.push({ path: 'index.payloadIndexes', expected: missing, actual: Object.keys(info.payload_schema) });
  return found;
}

/** Differences of the schema, by setting. */
async function bodyDifferences(connection: Connection, input: TypedInput): Promise<SchemaDifference[]> {
  const { settings, card, info } = input;
  const { vectorName, sparseName, model } = card;
  const server = await connection.server();
  const body = collectionBody({ settings, vectorName, sparseName, dimension: model.dimension, server });
  const isDeferred = Boolean(info.config.metadata?.[deferralKey]);
  return schemaDifferences(body, info).flatMap(({ path, ...values }) => {
    const setting = settingOf(path, vectorName);
    // While its index waits for the end of an upload, the threshold on the server is not its own.
    if (setting === null || (isDeferred && setting === 'optimization.indexingThresholdKb')) return [];
    return [{ path: setting, ...values }];
  });
}

/** By where the server keeps it. */
const settingsByPlace: Readonly<Record<string, SettingPath>> = {
  'hnsw_config.m': 'index.m',
  'hnsw_config.ef_construct': 'index.efConstruct',
  'hnsw_config.full_scan_threshold': 'index.fullScanThresholdKb',
  'hnsw_config.on_disk': 'index.onDisk',
  'optimizers_config.indexing_threshold': 'optimization.indexingThresholdKb',
  'optimizers_config.default_segment_number': 'optimization.segmentNumber',
  'optimizers_config.memmap_threshold': 'optimization.memmapThresholdKb',
  shard_number: 'optimization.shardNumber',
  replication_factor: 'optimization.replicationFactor',
  write_consistency_factor: 'optimization.writeConsistencyFactor',
};

const quantizationLeaves: Readonly<Record<string, SettingPath>> = {
  quantile: 'vector.quantization.quantile',
  always_ram: 'vector.quantization.alwaysRam',
  encoding: 'vector.quantization.encoding',
  query_encoding: 'vector.quantization.queryEncoding',
};

function settingOf(place: string, vectorName: string): SettingPath | null {
  const known = settingsByPlace[place];
  if (known !== undefined) return known;
  const last = place.split('.').at(-1) ?? '';
  if (place.startsWith('quantization_config')) return quantizationLeaves[last] ?? 'vector.quantization.kind';
  const vector = vectorName === '' ? 'vectors' : `vectors.${vectorName}`;
  return place === `${vector}.on_disk` ? 'vector.onDisk' : null;
}
