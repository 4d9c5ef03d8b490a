/**
 * Compares a collection with the vectors file that it was uploaded from. A file is no copy of a collection: payloads are
 * compared by value, and vectors as far as the server keeps them (under Cosine it normalises to length 1).
 */
import { inBatches } from '../../../lib/ordered-map.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { QdxError } from '../../../lib/errors.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { describeSpaceDifference, sameSpace } from '../../models/cards/space.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import { readCard } from '../../qdrant/collection/card-store.ts';
import { type CollectionInfo, denseVectors, readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { retrievePoints, scrollPoints, type StoredPoint } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { createSeenIds } from '../../qdrant/upload/seen-ids.ts';
import { type ReadRecord, readRecords, verifyFile } from '../../vectors/read-file.ts';
import type { VectorRecord } from '../../vectors/record.ts';
import { createDifferenceLists, type PointDifferences } from './difference-lists.ts';

export interface FileComparison {
  readonly points: PointDifferences;
  /** Of the model, as sentences. */
  readonly settings: readonly string[];
}

/** Names and distance of what the file's records became. */
interface Layout {
  readonly vectorName: string;
  readonly sparseName: string | null;
  /** Token vectors as the collection keeps them; null: it keeps none. */
  readonly tokens: CollectionCard['tokenVectors'];
  readonly isNormalised: boolean;
}

const recordsPerRequest = 256;

/**
 * Points that the file does not have count as too many, unless the file is one shard of several.
 * @throws QdxError `verification` for a file that is not whole, `usage` for one that is no vectors file.
 */
export async function compareWithVectorsFile(
  connection: Connection,
  physical: string,
  path: string,
  run: RunOptions = {},
): Promise<FileComparison> {
  const { header } = await verifyFile(path, run.signal);
  if (header.kind !== 'vectors')
    throw new QdxError('usage', `${path} holds chunks that are still to be embedded, no vectors`);
  const card = await readCard(connection, physical, run);
  const info = await readCollectionInfo(connection, physical, run.signal);
  const layout = layoutOf(info, card);
  const lists = createDifferenceLists();
  const seen = createSeenIds(header.count);
  let done = 0;
  for await (const records of inBatches(
    readRecords(path, run.signal ? { signal: run.signal } : {}),
    recordsPerRequest,
  )) {
    const good = records.map(assertReadable);
    const stored = await storedPoints(connection, physical, good, run);
    for (const record of good) {
      seen.add(record.id, 0);
      compareRecord(record, stored.get(String(record.id)), layout, lists);
    }
    done += records.length;
    run.onEvent?.({ type: 'progress', stage: 'comparing', done, total: header.count, unit: 'points' });
  }
  if (header.shards === 1) {
    const ids = scrollPoints(connection, physical, { withPayload: false, pageSize: 1000, ...run });
    for await (const { id } of ids) if (!seen.has(id)) lists.extra.add(String(id));
  }
  const isOther = card !== null && !sameSpace(card.model, header.model);
  const settings = isOther ? [`model: ${describeSpaceDifference(header.model, card.model)}`] : [];
  return { points: lists.result(), settings };
}

function layoutOf(info: CollectionInfo, card: Awaited<ReturnType<typeof readCard>>): Layout {
  const dense = denseVectors(info);
  const vectorName = card?.vectorName ?? Object.keys(dense)[0] ?? '';
  return {
    vectorName,
    sparseName: card ? card.sparseName : (Object.keys(info.config.params.sparse_vectors ?? {})[0] ?? null),
    tokens: card?.tokenVectors ?? null,
    isNormalised: dense[vectorName]?.distance === 'Cosine',
  };
}

function assertReadable(record: ReadRecord): VectorRecord {
  if (!('reason' in record)) return record;
  throw new QdxError('verification', `${record.file} line ${record.line}: ${record.reason}`);
}

async function storedPoints(
  connection: Connection,
  physical: string,
  records: readonly VectorRecord[],
  { signal }: RunOptions,
): Promise<Map<string, StoredPoint>> {
  const ids = records.map(({ id }) => id);
  const points = await retrievePoints(connection, physical, ids, { withVector: true, ...(signal && { signal }) });
  return new Map(points.map((point) => [String(point.id), point]));
}

function compareRecord(
  record: VectorRecord,
  stored: StoredPoint | undefined,
  layout: Layout,
  lists: ReturnType<typeof createDifferenceLists>,
): void {
  const id = String(record.id);
  if (!stored) {
    lists.missing.add(id);
    return;
  }
  const payload = samePayload(record, stored, layout);
  const vectors = sameVectors(record, stored, layout);
  lists.compared(payload && vectors);
  if (!payload) lists.changedPayload.add(id);
  if (!vectors) lists.changedVectors.add(id);
}

function samePayload({ payload, tokenVectors }: VectorRecord, stored: StoredPoint, { tokens }: Layout): boolean {
  // An upload leaves those of another window out.
  const isKept = tokens !== null && tokenVectors?.window === tokens.window;
  const expected = isKept ? { ...payload, [tokens.payloadKey]: tokenVectors } : payload;
  // Through text: what the two parsers make of an object differs in its prototype, and says nothing.
  return canonicalText(expected) === canonicalText(stored.payload ?? {});
}

/** Keys sorted, at every depth: their order is no part of a value. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return stringifyJson(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalText(part)}`).join(',')}}`;
}

function sameVectors(record: VectorRecord, stored: StoredPoint, layout: Layout): boolean {
  const dense = stored.vectors?.[layout.vectorName];
  if (record.vector && !(Array.isArray(dense) && sameDense(record.vector, dense as readonly number[], layout)))
    return false;
  const terms =
    layout.sparseName === null ? undefined : (record.vectors?.[layout.sparseName] ?? record.vectors?.['bm25']);
  if (!terms || layout.sparseName === null) return true;
  const sparse = stored.vectors?.[layout.sparseName];
  if (!sparse || !('indices' in sparse) || sparse.indices.length !== terms.indices.length) return false;
  const values = new Map(sparse.indices.map((index, at) => [index, Math.fround(sparse.values[at] ?? Number.NaN)]));
  return [...terms.indices].every((index, at) => values.get(index) === Math.fround(terms.values[at] ?? Number.NaN));
}

/** Normalising on both sides leaves a difference in the last bits: measured 1.5e-8; 1e-6 is far below any meaning. */
const tolerance = 1e-6;

function sameDense(expected: Float32Array, stored: readonly number[], { isNormalised }: Layout): boolean {
  if (expected.length !== stored.length) return false;
  if (!isNormalised) return expected.every((value, at) => value === Math.fround(stored[at] ?? Number.NaN));
  const length = Math.hypot(...expected);
  return expected.every((value, at) => Math.abs(value / length - (stored[at] ?? Number.NaN)) <= tolerance);
}
