/**
 * Points of a collection as they lie on the server: scroll, retrieve, count, delete. Over raw requests, so that ids and
 * payload integers beyond 2^53 stay exact on every Node version.
 */
import { isQdxError } from '../../../lib/errors.ts';
import type { Connection } from '../connection/connection.ts';
import { readCollectionInfo } from './collection-info.ts';

export type PointId = string | number | bigint;

export interface StoredPoint {
  readonly id: PointId;
  readonly payload: Readonly<Record<string, unknown>> | null;
  /** By name; the unnamed vector under the empty string; absent unless asked for. */
  readonly vectors?: Readonly<Record<string, StoredVector>>;
}

export type StoredVector =
  | readonly number[]
  | { readonly indices: readonly number[]; readonly values: readonly number[] }
  | readonly (readonly number[])[];

export interface PointSelection {
  /** Payload: all, none, these keys, or all but these. */
  readonly withPayload?: boolean | readonly string[] | { readonly exclude: readonly string[] };
  /** Vectors: all, none, or these names. */
  readonly withVector?: boolean | readonly string[];
  readonly signal?: AbortSignal;
}

export interface ScrollOptions extends PointSelection {
  /** A Qdrant filter. */
  readonly filter?: unknown;
  /** Points of one request. */
  readonly pageSize?: number;
  /** Of a collection whose shards have keys: this one alone. */
  readonly shardKey?: string | number | null;
}

interface RawPoint {
  readonly id: PointId;
  readonly payload?: Record<string, unknown> | null;
  readonly vector?: StoredVector | Record<string, StoredVector>;
}

/** Measured on 1.16: 256 to 5,000 a page scroll alike; small pages keep memory low with vectors in them. */
const defaultPageSize = 512;

/** Every point that matches, in the order of ids (numbers first). Pages are asked for as they are consumed. */
export async function* scrollPoints(
  connection: Connection,
  physical: string,
  options: ScrollOptions = {},
): AsyncGenerator<StoredPoint, void, undefined> {
  let offset: PointId | null | undefined;
  do {
    const page: { points: RawPoint[]; next_page_offset: PointId | null } = await connection.request(
      'POST',
      pointsPath(physical, '/scroll'),
      {
        body: {
          limit: options.pageSize ?? defaultPageSize,
          with_payload: options.withPayload ?? true,
          with_vector: options.withVector ?? false,
          ...(options.filter !== undefined && { filter: options.filter }),
          ...shardOf(options),
          ...(offset !== undefined && { offset }),
        },
        ...signalOf(options),
      },
    );
    for (const point of page.points) yield toStoredPoint(point);
    offset = page.next_page_offset;
  } while (offset !== null && offset !== undefined);
}

/** Those of `ids` that are there, in no fixed order. */
export async function retrievePoints(
  connection: Connection,
  physical: string,
  ids: readonly PointId[],
  options: PointSelection = {},
): Promise<StoredPoint[]> {
  if (ids.length === 0) return [];
  const points = await connection.request<RawPoint[]>('POST', pointsPath(physical), {
    body: { ids, with_payload: options.withPayload ?? true, with_vector: options.withVector ?? false },
    ...signalOf(options),
  });
  return points.map(toStoredPoint);
}

type CountOptions = Pick<ScrollOptions, 'filter' | 'signal' | 'shardKey'>;

/** Exact, not the server's estimate; where strict mode forbids exact counts, by reading all ids. */
export async function countPoints(
  connection: Connection,
  physical: string,
  options: CountOptions = {},
): Promise<number> {
  const { filter } = options;
  const body = { exact: true, ...(filter !== undefined && { filter }), ...shardOf(options) };
  try {
    const path = pointsPath(physical, '/count');
    return (await connection.request<{ count: number }>('POST', path, { body, ...signalOf(options) })).count;
  } catch (error) {
    if (isQdxError(error) && /exact search disabled/iu.test(error.message))
      return countIds(connection, physical, options);
    throw error;
  }
}

const idsPerPage = 10_000;

async function countIds(connection: Connection, physical: string, options: CountOptions): Promise<number> {
  const { config } = await readCollectionInfo(connection, physical, options.signal);
  const { max_query_limit: most } = config.strict_mode_config ?? {};
  const pageSize = Math.min(idsPerPage, typeof most === 'number' ? most : idsPerPage);
  let count = 0;
  for await (const _point of scrollPoints(connection, physical, { ...options, pageSize, withPayload: false })) count++;
  return count;
}

/** Deletes by id and waits until it is done. Ids that are not there are no error. */
export async function deletePoints(
  connection: Connection,
  physical: string,
  ids: readonly PointId[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  for (let start = 0; start < ids.length; start += 1000)
    await connection.request('POST', pointsPath(physical, '/delete'), {
      query: { wait: true },
      body: { points: ids.slice(start, start + 1000) },
      ...signalOf(options),
    });
}

export const pointsPath = (physical: string, tail = ''): string =>
  `/collections/${encodeURIComponent(physical)}/points${tail}`;

const shardOf = ({ shardKey = null }: Pick<ScrollOptions, 'shardKey'>): { shard_key?: string | number } =>
  shardKey === null ? {} : { shard_key: shardKey };

const signalOf = ({ signal }: { readonly signal?: AbortSignal }): { signal?: AbortSignal } =>
  signal ? { signal } : {};

function toStoredPoint({ id, payload, vector }: RawPoint): StoredPoint {
  return { id, payload: payload ?? null, ...(vector !== undefined && { vectors: byName(vector) }) };
}

function byName(vector: StoredVector | Record<string, StoredVector>): Readonly<Record<string, StoredVector>> {
  if (Array.isArray(vector) || isSparse(vector)) return { '': vector as StoredVector };
  return vector as Record<string, StoredVector>;
}

const isSparse = (vector: object): boolean =>
  'indices' in vector && 'values' in vector && Array.isArray(vector.indices) && Array.isArray(vector.values);
