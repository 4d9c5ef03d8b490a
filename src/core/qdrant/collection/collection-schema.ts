/**
 * Schema of a collection: settings -> what the server is asked for, and whether what it has is what was asked for.
 * Qdrant ignores unknown fields silently, so every collection is read back and compared.
 */
import type { QdrantClient } from '@qdrant/js-client-rest';
import type { Settings } from '../../config/schema.ts';
import type { CollectionInfo } from './collection-info.ts';
import type { ServerInfo } from '../connection/connection.ts';
import { requireFeature } from '../connection/features.ts';

export type SchemaSettings = Pick<Settings, 'vector' | 'index' | 'optimization'>;

export interface SchemaInput {
  readonly settings: SchemaSettings;
  readonly dimension: number;
  /** Name of the dense vector; empty for the unnamed one. */
  readonly vectorName: string;
  /** Name of the sparse vector; null for none. */
  readonly sparseName: string | null;
  readonly server: ServerInfo;
  /** Upload first, index afterwards (`resumeIndexing`). */
  readonly deferIndexing?: boolean;
}

/** Body of `PUT /collections/{name}`, without metadata. */
export type CollectionBody = Parameters<QdrantClient['createCollection']>[1];

export function collectionBody(input: SchemaInput): CollectionBody {
  const { vector, index, optimization } = input.settings;
  const dense = { size: input.dimension, distance: vector.distance, on_disk: vector.onDisk };
  const quantization = quantizationBody(vector.quantization, input.server);
  return {
    vectors: input.vectorName === '' ? dense : { [input.vectorName]: dense },
    ...(input.sparseName !== null && { sparse_vectors: { [input.sparseName]: { modifier: 'idf' } } }),
    hnsw_config: {
      m: index.m,
      ef_construct: index.efConstruct,
      full_scan_threshold: index.fullScanThresholdKb,
      on_disk: index.onDisk,
    },
    optimizers_config: {
      indexing_threshold: input.deferIndexing ? 0 : optimization.indexingThresholdKb,
      ...(optimization.segmentNumber > 0 && { default_segment_number: optimization.segmentNumber }),
      ...(optimization.memmapThresholdKb !== undefined && { memmap_threshold: optimization.memmapThresholdKb }),
    },
    ...(quantization !== null && { quantization_config: quantization }),
    shard_number: optimization.shardNumber,
    replication_factor: optimization.replicationFactor,
    write_consistency_factor: optimization.writeConsistencyFactor,
  };
}

const binaryEncodings = { oneBit: 'one_bit', oneAndHalfBits: 'one_and_half_bits', twoBits: 'two_bits' } as const;

export function quantizationBody(
  quantization: Settings['vector']['quantization'],
  server: ServerInfo,
): NonNullable<CollectionBody['quantization_config']> | null {
  if (quantization.kind === 'none') return null;
  if (quantization.kind === 'int8')
    return { scalar: { type: 'int8', quantile: quantization.quantile, always_ram: quantization.alwaysRam } };
  return { binary: { always_ram: quantization.alwaysRam, ...binaryEncoding(quantization, server) } };
}

interface BinaryEncoding {
  readonly encoding?: (typeof binaryEncodings)[keyof typeof binaryEncodings];
  readonly query_encoding?: 'default' | 'binary' | 'scalar4bits' | 'scalar8bits';
}

/** @throws QdxError `refused` where the server is too old for what is asked: it would ignore it without a word. */
function binaryEncoding(
  { encoding, queryEncoding }: Extract<Settings['vector']['quantization'], { kind: 'binary' }>,
  server: ServerInfo,
): BinaryEncoding {
  if (encoding === 'oneBit' && queryEncoding === 'default') return {};
  requireFeature(server, 'binaryEncodings', 'set vector.quantization.encoding to oneBit and queryEncoding to default');
  return { encoding: binaryEncodings[encoding], query_encoding: queryEncoding };
}

export interface SchemaDifference {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Everything that was asked for and is not so. */
export function schemaDifferences(body: CollectionBody, info: CollectionInfo): SchemaDifference[] {
  const { params } = info.config;
  return subsetDifferences(
    body,
    {
      ...params,
      hnsw_config: info.config.hnsw_config,
      optimizers_config: info.config.optimizer_config,
      quantization_config: info.config.quantization_config,
    },
    '',
  );
}

/** Leaves of `expected` that `actual` lacks or has otherwise; the server may always have more. */
export function subsetDifferences(expected: unknown, actual: unknown, path: string): SchemaDifference[] {
  if (typeof expected !== 'object' || expected === null)
    return equalLeaf(expected, actual) ? [] : [{ path, expected, actual }];
  if (typeof actual !== 'object' || actual === null) return [{ path, expected, actual }];
  return Object.entries(expected).flatMap(([key, value]) =>
    subsetDifferences(value, (actual as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`),
  );
}

/** The server leaves out what is off; quantile is a float32 there. */
function equalLeaf(expected: unknown, actual: unknown): boolean {
  if (expected === false && (actual === undefined || actual === null)) return true;
  if (typeof expected === 'number' && typeof actual === 'number')
    return expected === actual || Math.abs(expected - actual) <= 1e-6 * Math.abs(expected);
  return expected === actual;
}
