/**
 * What of a run is in the collection already, and what is there of the same sources that the run no longer has.
 */
import { isDeepStrictEqual } from 'node:util';
import { inBatches, mapOrdered } from '../../lib/ordered-map.ts';
import type { Chunk } from '../corpus/chunk.ts';
import type { CorpusPresence } from '../corpus/presence.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { keyOf, type PayloadKeys, toStoredPayload } from '../qdrant/collection/payload-keys.ts';
import { type PointId, retrievePoints, scrollPoints } from '../qdrant/collection/points.ts';
import type { TokenLayout } from '../vectors/packed-tokens.ts';
import type { Spool } from './spool.ts';

/** A collection as this run sees it. */
export interface CollectionView {
  readonly connection: Connection;
  readonly physical: string;
  readonly payloadKeys: PayloadKeys | undefined;
  /** Sign bits of token vectors that each point is to have; null: none. */
  readonly tokens: { readonly payloadKey: string; readonly layout: TokenLayout } | null;
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
  const { connection, physical, payloadKeys, tokens, signal } = view;
  const contentKey = keyOf('content', payloadKeys);
  const large = [contentKey, ...(tokens ? [`${tokens.payloadKey}.data`] : [])];
  const points = await retrievePoints(
    connection,
    physical,
    chunks.map(({ id }) => id),
    { withPayload: { exclude: large }, withVector: false, ...(signal && { signal }) },
  );
  const stored = new Map(points.map(({ id, payload }) => [String(id), payload]));
  return chunks.map(({ id, payload }) => {
    const found = stored.get(id);
    if (!found) return false;
    const { [contentKey]: _content, ...rest } = toStoredPayload(payload, payloadKeys);
    if (!tokens) return isDeepStrictEqual(found, rest);
    const { [tokens.payloadKey]: kept, ...others } = found;
    return hasLayout(kept, tokens.layout) && isDeepStrictEqual(others, rest);
  });
}

/** The bits themselves follow from the content, which the id stands for. */
function hasLayout(kept: unknown, { window, space }: TokenLayout): boolean {
  const found: { readonly window?: unknown; readonly space?: unknown } | null = typeof kept === 'object' ? kept : null;
  return found?.window === window && found.space === space;
}

/** Points of files of one fate. */
export interface PointGroup {
  readonly ids: readonly PointId[];
  readonly files: number;
  /** The first few files. */
  readonly examples: readonly string[];
}

/** Points of the run's sources that are not of the run. */
export interface StalePoints {
  /** The run read their file to its end, and its chunks no longer make them. */
  readonly replaced: PointGroup;
  /** Their file is not there any more. */
  readonly gone: PointGroup;
  /** Their file is left out of this run by a rule. */
  readonly leftOut: PointGroup;
  /** Their file, or the folder it was in, could not be read as a whole: nobody knows what became of them. */
  readonly unread: PointGroup;
  /** All points of files of these sources. */
  readonly total: number;
}

export interface StaleInput {
  readonly spool: Pick<Spool, 'ids'>;
  readonly presence: CorpusPresence;
  readonly sources: readonly string[];
}

/** Points of other sources, and of files that the run was not asked about, are left alone. */
export async function findStale(view: CollectionView, { spool, presence, sources }: StaleInput): Promise<StalePoints> {
  const { connection, physical, payloadKeys, signal } = view;
  const [sourceKey, pathKey] = [keyOf('source', payloadKeys), keyOf('source_path', payloadKeys)];
  const groups = { read: createGroup(), gone: createGroup(), leftOut: createGroup(), unread: createGroup() };
  let total = 0;
  for (const source of sources) {
    const points = scrollPoints(connection, physical, {
      filter: { must: [{ key: sourceKey, match: { value: source } }] },
      withPayload: [pathKey],
      withVector: false,
      pageSize: 2048,
      ...(signal && { signal }),
    });
    for await (const { id, payload } of points) {
      const path = payload?.[pathKey];
      // Somebody else's point, whatever its source says: qdx writes none without the path of its file.
      if (typeof path !== 'string' || path === '') continue;
      total++;
      if (spool.ids.has(id)) continue;
      const found = presence.of(source, path);
      if (found !== 'unasked') groups[found].add(id, `${source}/${path}`);
    }
  }
  const { read, gone, leftOut, unread } = groups;
  return { replaced: read.read(), gone: gone.read(), leftOut: leftOut.read(), unread: unread.read(), total };
}

const mostExamples = 5;

function createGroup() {
  const ids: PointId[] = [];
  const files = new Set<string>();
  return {
    add(id: PointId, file: string): void {
      ids.push(id);
      files.add(file);
    },
    read: (): PointGroup => ({ ids, files: files.size, examples: [...files].slice(0, mostExamples) }),
  };
}
