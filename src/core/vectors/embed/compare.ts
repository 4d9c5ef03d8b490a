/**
 * What of a run is in the collection already, and what is there of the same sources that the run no longer has.
 */
import { isDeepStrictEqual } from 'node:util';
import { inBatches, mapOrdered } from '../../../lib/ordered-map.ts';
import type { Chunk } from '../../corpus/chunk.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { keyOf, type PayloadKeys, toStoredPayload } from '../../qdrant/collection/payload-keys.ts';
import { type PointId, retrievePoints, scrollPoints } from '../../qdrant/collection/points.ts';
import type { Spool } from './spool.ts';

/** A collection as this run sees it. */
export interface CollectionView {
  readonly connection: Connection;
  readonly physical: string;
  readonly payloadKeys: PayloadKeys | undefined;
  readonly signal?: AbortSignal;
}

const idsPerRequest = 256;
const requestsInFlight = 4;

/**
 * One flag for each chunk of the shard, in order: 1 where the point is there with the same payload. An id says what the content
 * is (it is made from its hash), so that the content itself is not fetched.
 */
export async function findUnchanged(view: CollectionView, spool: Spool): Promise<Uint8Array> {
  const unchanged = new Uint8Array(spool.count);
  const batches = inBatches(spool.chunks('shard'), idsPerRequest);
  let position = 0;
  for await (const flags of mapOrdered(batches, (batch) => compareBatch(view, batch), { inFlight: requestsInFlight })) {
    for (const flag of flags) unchanged[position++] = flag ? 1 : 0;
  }
  return unchanged;
}

async function compareBatch(view: CollectionView, chunks: readonly Chunk[]): Promise<boolean[]> {
  const { connection, physical, payloadKeys, signal } = view;
  const contentKey = keyOf('content', payloadKeys);
  const points = await retrievePoints(
    connection,
    physical,
    chunks.map(({ id }) => id),
    { withPayload: { exclude: [contentKey] }, withVector: false, ...(signal && { signal }) },
  );
  const stored = new Map(points.map(({ id, payload }) => [String(id), payload]));
  return chunks.map(({ id, payload }) => {
    const found = stored.get(id);
    if (!found) return false;
    const { [contentKey]: _content, ...rest } = toStoredPayload(payload, payloadKeys);
    return isDeepStrictEqual(found, rest);
  });
}

export interface StalePoints {
  /** Points whose file the run has, but which its chunks no longer make. */
  readonly replaced: PointId[];
  /** Points of files that the run does not have. */
  readonly gone: PointId[];
  readonly goneFiles: number;
  /** The first few of them. */
  readonly goneExamples: readonly string[];
  /** Whether any point of these sources stays when all stale ones are removed. */
  readonly someStay: boolean;
}

const mostExamples = 5;

/** Points of the run's sources that are not of the run. Points of other sources are never looked at. */
export async function findStale(view: CollectionView, spool: Spool, sources: readonly string[]): Promise<StalePoints> {
  const { connection, physical, payloadKeys, signal } = view;
  const [sourceKey, pathKey] = [keyOf('source', payloadKeys), keyOf('source_path', payloadKeys)];
  const replaced: PointId[] = [];
  const gone: PointId[] = [];
  const goneFiles = new Set<string>();
  let someStay = false;
  for (const source of sources) {
    const points = scrollPoints(connection, physical, {
      filter: { must: [{ key: sourceKey, match: { value: source } }] },
      withPayload: [pathKey],
      withVector: false,
      pageSize: 2048,
      ...(signal && { signal }),
    });
    for await (const { id, payload } of points) {
      const path = textOf(payload?.[pathKey]);
      if (spool.ids.has(id)) someStay = true;
      else if (spool.hasFile(source, path)) replaced.push(id);
      else {
        gone.push(id);
        goneFiles.add(`${source}/${path}`);
      }
    }
  }
  return {
    replaced,
    gone,
    goneFiles: goneFiles.size,
    goneExamples: [...goneFiles].slice(0, mostExamples),
    someStay,
  };
}

/** Somebody else's payload may hold anything there. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
