/**
 * Compares stored points with the records that they were made from: payloads by value, vectors as far as the server keeps them
 * (under Cosine it normalises to length 1).
 */
import type { RunOptions } from '../../../lib/events.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { inBatches } from '../../../lib/ordered-map.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import { type CollectionInfo, denseVectors } from '../../qdrant/collection/collection-info.ts';
import { retrievePoints, scrollPoints, type StoredPoint } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SeenIds } from '../../qdrant/upload/seen-ids.ts';
import type { VectorRecord } from '../../vectors/record.ts';
import type { createDifferenceLists } from './difference-lists.ts';

/** Names and distance of what the records became. */
export interface RecordLayout {
  readonly vectorName: string;
  readonly sparseName: string | null;
  /** Token vectors as the collection keeps them; null: it keeps none. */
  readonly tokens: CollectionCard['tokenVectors'];
  readonly isNormalised: boolean;
}

export function layoutOf(info: CollectionInfo, card: CollectionCard | null): RecordLayout {
  const dense = denseVectors(info);
  const vectorName = card?.vectorName ?? Object.keys(dense)[0] ?? '';
  return {
    vectorName,
    sparseName: card ? card.sparseName : (Object.keys(info.config.params.sparse_vectors ?? {})[0] ?? null),
    tokens: card?.tokenVectors ?? null,
    isNormalised: dense[vectorName]?.distance === 'Cosine',
  };
}

export interface RecordComparison {
  readonly physical: string;
  readonly layout: RecordLayout;
  readonly lists: ReturnType<typeof createDifferenceLists>;
  /** Gets every id. */
  readonly seen: SeenIds;
  /** For progress. */
  readonly total?: number;
}

const recordsPerRequest = 256;

export async function compareRecords(
  connection: Connection,
  { physical, layout, lists, seen, total }: RecordComparison,
  records: AsyncIterable<VectorRecord>,
  run: RunOptions,
): Promise<void> {
  let done = 0;
  for await (const batch of inBatches(records, recordsPerRequest)) {
    run.signal?.throwIfAborted();
    const stored = await storedPoints(connection, physical, batch, run);
    for (const record of batch) {
      seen.add(record.id, 0);
      compareRecord(record, stored.get(String(record.id)), layout, lists);
    }
    done += batch.length;
    run.onEvent?.({
      type: 'progress',
      stage: 'comparing',
      done,
      unit: 'points',
      ...(total !== undefined && { total }),
    });
  }
}

/** Points that no record stands for. */
export async function findExtra(
  connection: Connection,
  { physical, lists, seen }: Pick<RecordComparison, 'physical' | 'lists' | 'seen'>,
  { signal }: RunOptions,
): Promise<void> {
  const options = { withPayload: false, pageSize: 1000, ...(signal && { signal }) };
  for await (const { id } of scrollPoints(connection, physical, options))
    if (!seen.has(id)) lists.extra.add(String(id));
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
  layout: RecordLayout,
  lists: RecordComparison['lists'],
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

function samePayload({ payload, tokenVectors }: VectorRecord, stored: StoredPoint, { tokens }: RecordLayout): boolean {
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

function sameVectors(record: VectorRecord, stored: StoredPoint, layout: RecordLayout): boolean {
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

function sameDense(expected: Float32Array, stored: readonly number[], { isNormalised }: RecordLayout): boolean {
  if (expected.length !== stored.length) return false;
  if (!isNormalised) return expected.every((value, at) => value === Math.fround(stored[at] ?? Number.NaN));
  const length = Math.hypot(...expected);
  return expected.every((value, at) => Math.abs(value / length - (stored[at] ?? Number.NaN)) <= tolerance);
}
