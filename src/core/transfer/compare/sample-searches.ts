/**
 * Do two collections find the same? Vectors of random points are searched for in both, and the first ten hits compared:
 * tier 2, statistical sampling, of https://qdrant.tech/documentation/migration-guidance/search-quality.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import type { CollectionDescription } from '../collection/collection-description.ts';
import { samplePoints } from '../points/sample-points.ts';

export interface SearchOverlap {
  /** Dense vector that was searched; the unnamed one under the empty string. */
  readonly vectorName: string;
  readonly searches: number;
  /** Mean share of the first ten hits that both have. */
  readonly overlapAt10: number;
  /** 95 % interval (Wilson) of that mean, a search counting as one trial. */
  readonly interval: readonly [number, number];
}

interface SampledPoint {
  readonly id: unknown;
  readonly vector?: readonly number[] | Readonly<Record<string, readonly number[]>>;
}

const sampledSearches = 100;

/** Null where there is no dense vector to search with. */
export async function sampleSearches(
  connection: Connection,
  expected: CollectionDescription,
  actual: CollectionDescription,
  { signal }: RunOptions = {},
): Promise<SearchOverlap | null> {
  const vectorName = firstDense(expected);
  if (vectorName === null) return null;
  const options = signal ? { signal } : {};
  const sample = { limit: sampledSearches, with_vector: vectorName === '' ? true : [vectorName] };
  const points = await samplePoints<SampledPoint>(connection, expected.name, sample, signal ? { signal } : {});
  const vectors = points.map(({ vector }) => vectorOf(vector, vectorName)).filter((vector) => vector !== null);
  let shared = 0;
  for (const vector of vectors) {
    const body = { query: vector, limit: 10, with_payload: false, ...(vectorName !== '' && { using: vectorName }) };
    const [first, second] = await Promise.all(
      [expected.name, actual.name].map((name) =>
        connection.request<{ points: { id: unknown }[] }>('POST', queryPath(name), { ...options, body }),
      ),
    );
    const ids = new Set(first?.points.map(({ id }) => String(id)));
    const both = second?.points.filter(({ id }) => ids.has(String(id))).length ?? 0;
    shared += ids.size === 0 ? 1 : both / ids.size;
  }
  if (vectors.length === 0) return null;
  const overlapAt10 = shared / vectors.length;
  return { vectorName, searches: vectors.length, overlapAt10, interval: wilson(overlapAt10, vectors.length) };
}

const queryPath = (physical: string): string => pointsPath(physical, '/query');

/** The first dense vector by name that is no multi-vector; null where there is none. */
function firstDense({ config }: CollectionDescription): string | null {
  const { vectors } = config['params'] as { readonly vectors?: Readonly<Record<string, unknown>> };
  if (!vectors) return null;
  if (typeof vectors['size'] === 'number') return 'multivector_config' in vectors ? null : '';
  const dense = Object.entries(vectors).filter(([, value]) => !('multivector_config' in (value as object)));
  return dense.map(([name]) => name).toSorted()[0] ?? null;
}

function vectorOf(vector: SampledPoint['vector'], name: string): readonly number[] | null {
  if (!vector) return null;
  if (name === '') return Array.isArray(vector) ? (vector as readonly number[]) : null;
  return (vector as Readonly<Record<string, readonly number[]>>)[name] ?? null;
}

/** Wilson score interval (1927) for a share `p` of `n` trials, z of 95 %. */
export function wilson(p: number, n: number): [number, number] {
  const z = 1.959964;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
