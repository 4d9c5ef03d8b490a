/**
 * Everything that qdx can say of one collection.
 */
import { cardOf } from '../collection/card-store.ts';
import type { CollectionCard } from '../collection/collection-card.ts';
import {
  type CollectionInfo,
  denseVectors,
  type QuantizationInfo,
  readCollectionInfo,
} from '../collection/collection-info.ts';
import type { Connection } from '../connection/connection.ts';
import { deferralKey } from '../collection/deferred-indexing.ts';
import type { ListedCollection } from '../collection/names.ts';
import { countPoints } from '../collection/points.ts';
import { estimateMemory, type MemoryEstimate, quantizationSize } from './memory-estimate.ts';
import { readReplicas, type Replica } from './replicas.ts';
import type { ReportedSizes } from './telemetry.ts';
import { findWarnings, type StatsWarning } from './warnings.ts';

export interface CollectionStats {
  /** Public name: the first alias, or its own. */
  readonly name: string;
  /** The collection that holds the points. */
  readonly physical: string;
  readonly aliases: readonly string[];
  readonly status: string;
  /** `ok`, or what the optimizer says went wrong. */
  readonly optimizer: string;
  /** Exact. */
  readonly points: number;
  readonly indexedVectors: number;
  readonly segments: number;
  readonly vectors: readonly VectorStats[];
  readonly hnsw: {
    readonly m: number;
    readonly efConstruct: number;
    readonly fullScanThresholdKb: number;
    readonly onDisk: boolean;
  };
  readonly quantization: QuantizationInfo | null;
  readonly indexingThresholdKb: number;
  /** True while an upload put the index off (deferred-indexing.ts). */
  readonly indexingDeferred: boolean;
  readonly strictMode: boolean;
  readonly shards: number;
  readonly replicationFactor: number;
  readonly writeConsistencyFactor: number;
  readonly replicas: readonly Replica[];
  readonly payloadIndexes: readonly { readonly field: string; readonly type: string; readonly points: number }[];
  readonly card: CollectionCard | null;
  /** Logical sizes as this server reports them for its own shards; null where it does not say. */
  readonly reported: ReportedSizes | null;
  readonly estimate: MemoryEstimate;
  readonly warnings: readonly StatsWarning[];
}

interface VectorStats {
  /** Empty for the unnamed one. */
  readonly name: string;
  readonly kind: 'dense' | 'sparse' | 'multi';
  readonly dimension?: number;
  readonly distance?: string;
  readonly onDisk?: boolean;
  readonly modifier?: string;
}

export interface CollectionStatsInput {
  readonly listed: ListedCollection;
  readonly reported: ReportedSizes | null;
  readonly peers: number;
  readonly signal?: AbortSignal;
}

export async function readCollectionStats(
  connection: Connection,
  { listed, reported, peers, signal }: CollectionStatsInput,
): Promise<CollectionStats> {
  const { physical, aliases } = listed;
  const [info, points, replicas] = await Promise.all([
    readCollectionInfo(connection, physical, signal),
    countPoints(connection, physical, signal ? { signal } : {}),
    readReplicas(connection, physical, signal),
  ]);
  const stats = {
    name: aliases[0] ?? physical,
    physical,
    aliases,
    points,
    replicas,
    reported,
    card: await cardOf(connection, physical, info),
    ...fromInfo(info),
    estimate: sumEstimates(info, points),
  };
  return { ...stats, warnings: findWarnings({ ...stats, peers }) };
}

function fromInfo(info: CollectionInfo) {
  const { params, hnsw_config: hnsw, optimizer_config: optimizer, metadata } = info.config;
  const deferred = metadata?.[deferralKey];
  return {
    status: info.status,
    optimizer: info.optimizer_status === 'ok' ? 'ok' : info.optimizer_status.error,
    indexedVectors: info.indexed_vectors_count ?? 0,
    segments: info.segments_count,
    vectors: vectorsOf(info),
    hnsw: {
      m: numberOf(hnsw['m']),
      efConstruct: numberOf(hnsw['ef_construct']),
      fullScanThresholdKb: numberOf(hnsw['full_scan_threshold']),
      onDisk: hnsw['on_disk'] === true,
    },
    quantization: info.config.quantization_config ?? null,
    indexingThresholdKb: numberOf(optimizer['indexing_threshold']),
    indexingDeferred: deferred !== undefined && deferred !== null,
    strictMode: info.config.strict_mode_config?.['enabled'] === true,
    shards: params.shard_number ?? 1,
    replicationFactor: params.replication_factor ?? 1,
    writeConsistencyFactor: params.write_consistency_factor ?? 1,
    payloadIndexes: Object.entries(info.payload_schema).map(([field, { data_type: type, points }]) => ({
      field,
      type,
      points,
    })),
  };
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

function vectorsOf(info: CollectionInfo): VectorStats[] {
  const dense = Object.entries(denseVectors(info)).map(([name, vector]): VectorStats => ({
    name,
    kind: vector.multivector_config ? 'multi' : 'dense',
    dimension: vector.size,
    distance: vector.distance,
    onDisk: vector.on_disk === true,
  }));
  const sparse = Object.entries(info.config.params.sparse_vectors ?? {}).map(([name, { modifier }]): VectorStats => ({
    name,
    kind: 'sparse',
    ...(modifier && { modifier }),
  }));
  return [...dense, ...sparse];
}

/** All dense vectors together; a vector's own settings go before the collection's. */
function sumEstimates(info: CollectionInfo, points: number): MemoryEstimate {
  const { hnsw_config: hnsw, quantization_config: quantization } = info.config;
  const estimates = Object.values(denseVectors(info)).map((vector) =>
    estimateMemory({
      points,
      dimension: vector.size,
      m: numberOf(vector.hnsw_config?.['m'] ?? hnsw['m']),
      vectorsOnDisk: vector.on_disk === true,
      graphOnDisk: (vector.hnsw_config?.['on_disk'] ?? hnsw['on_disk']) === true,
      quantization: quantizationSize(vector.quantization_config ?? quantization),
    }),
  );
  const empty = estimateMemory({
    points: 0,
    dimension: 0,
    m: 0,
    vectorsOnDisk: false,
    graphOnDisk: false,
    quantization: null,
  });
  return estimates.reduce(addEstimates, empty);
}

const addEstimates = (a: MemoryEstimate, b: MemoryEstimate): MemoryEstimate => ({
  vectorBytes: a.vectorBytes + b.vectorBytes,
  graphBytes: a.graphBytes + b.graphBytes,
  quantizedBytes: a.quantizedBytes + b.quantizedBytes,
  configuredBytes: a.configuredBytes + b.configuredBytes,
  withoutQuantizationBytes: a.withoutQuantizationBytes + b.withoutQuantizationBytes,
  withInt8Bytes: a.withInt8Bytes + b.withInt8Bytes,
  withBinaryBytes: a.withBinaryBytes + b.withBinaryBytes,
  planningBytes: a.planningBytes + b.planningBytes,
});
