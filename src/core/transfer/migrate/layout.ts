/**
 * How a copied collection is laid out, where that was asked for: shards, replicas, index, quantization, place of vectors.
 * What was not typed stays as it is in the source.
 */
import type { CollectionDescription } from '../collection/collection-description.ts';

type Config = Readonly<Record<string, unknown>>;

/** By where the server keeps it, as in `GET /collections/{name}`: `hnsw_config.m`, `params.shard_number`. */
export interface LayoutChanges {
  readonly params?: Config;
  readonly hnsw_config?: Config;
  readonly optimizer_config?: Config;
  /** Null: none. Absent: as in the source. */
  readonly quantization_config?: Config | null;
  /** Of every dense vector. */
  readonly vectorsOnDisk?: boolean;
}

export function withLayout(description: CollectionDescription, changes: LayoutChanges): CollectionDescription {
  const { config } = description;
  const params = { ...(config['params'] as Config), ...changes.params };
  const vectors = params['vectors'] as Config | undefined;
  return {
    ...description,
    config: {
      ...config,
      params: { ...params, ...(vectors && { vectors: changeVectors(vectors, changes) }) },
      hnsw_config: { ...(config['hnsw_config'] as Config), ...changes.hnsw_config },
      optimizer_config: { ...(config['optimizer_config'] as Config), ...changes.optimizer_config },
      ...(changes.quantization_config !== undefined && { quantization_config: changes.quantization_config }),
    },
  };
}

/** What a vector has of its own wins over the collection's on the server: it gives way to what was asked for. */
function changeVectors(vectors: Config, changes: LayoutChanges): Config {
  if (typeof vectors['size'] === 'number') return changeVector(vectors, changes);
  return Object.fromEntries(
    Object.entries(vectors).map(([name, each]) => [name, changeVector(each as Config, changes)]),
  );
}

function changeVector(vector: Config, changes: LayoutChanges): Config {
  const { quantization_config: quantization, hnsw_config: hnsw, on_disk: onDisk, ...rest } = vector;
  const place = changes.vectorsOnDisk ?? onDisk;
  const graph = withoutKeys(hnsw as Config | undefined, Object.keys(changes.hnsw_config ?? {}));
  return {
    ...rest,
    ...(place !== undefined && { on_disk: place }),
    ...(graph && { hnsw_config: graph }),
    ...(changes.quantization_config === undefined &&
      quantization !== undefined && { quantization_config: quantization }),
  };
}

function withoutKeys(config: Config | undefined, keys: readonly string[]): Config | null {
  const left = Object.entries(config ?? {}).filter(([key]) => !keys.includes(key));
  return left.length > 0 ? Object.fromEntries(left) : null;
}
