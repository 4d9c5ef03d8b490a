/**
 * What the server says of a collection (`GET /collections/{name}`), as far as qdx uses it.
 */
import type { Connection } from '../connection/connection.ts';

export interface DenseVectorInfo {
  readonly size: number;
  readonly distance: string;
  readonly on_disk?: boolean;
  readonly hnsw_config?: Readonly<Record<string, unknown>>;
  readonly quantization_config?: QuantizationInfo | null;
  readonly multivector_config?: unknown;
  readonly datatype?: string;
}

export type QuantizationInfo = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface CollectionInfo {
  readonly status: 'green' | 'yellow' | 'grey' | 'red';
  readonly optimizer_status: 'ok' | { readonly error: string };
  readonly indexed_vectors_count?: number | null;
  /** An estimate; see countPoints for the exact one. */
  readonly points_count?: number | null;
  readonly segments_count: number;
  readonly config: {
    readonly params: {
      /** Of one unnamed vector, or by name. */
      readonly vectors?: DenseVectorInfo | Readonly<Record<string, DenseVectorInfo>>;
      readonly sparse_vectors?: Readonly<Record<string, { readonly modifier?: string | null }>>;
      readonly shard_number?: number;
      readonly replication_factor?: number;
      readonly write_consistency_factor?: number;
      readonly on_disk_payload?: boolean;
    };
    readonly hnsw_config: Readonly<Record<string, unknown>>;
    readonly optimizer_config: Readonly<Record<string, unknown>>;
    readonly quantization_config?: QuantizationInfo | null;
    readonly strict_mode_config?: Readonly<Record<string, unknown>> | null;
    readonly metadata?: Readonly<Record<string, unknown>>;
  };
  readonly payload_schema: Readonly<Record<string, { readonly data_type: string; readonly points: number }>>;
}

export const readCollectionInfo = (
  connection: Connection,
  name: string,
  signal?: AbortSignal,
): Promise<CollectionInfo> =>
  connection.request<CollectionInfo>('GET', `/collections/${encodeURIComponent(name)}`, signal ? { signal } : {});

/** Dense vectors by name; the unnamed one under the empty string. */
export function denseVectors(info: CollectionInfo): Readonly<Record<string, DenseVectorInfo>> {
  const { vectors } = info.config.params;
  if (!vectors) return {};
  return isUnnamed(vectors) ? { '': vectors } : vectors;
}

const isUnnamed = (vectors: NonNullable<CollectionInfo['config']['params']['vectors']>): vectors is DenseVectorInfo =>
  typeof (vectors as { size?: unknown }).size === 'number';
