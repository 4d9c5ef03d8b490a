/**
 * By what a hit is called in the judgements: the id its record had, its path, or the id of its point. Where the user does
 * not say it, it is what most judged documents are found by.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Hit } from '../../retrieval/hits/hit.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type PointId, retrievePoints, scrollPoints } from '../../qdrant/collection/points.ts';
import type { PayloadKeys } from '../../qdrant/collection/payload-keys.ts';

export type DocumentKey = 'sourceId' | 'path' | 'pointId';

export const documentName = ({ sourceId, path, id }: Hit, key: DocumentKey): string =>
  (key === 'sourceId' ? sourceId : key === 'path' ? path : undefined) ?? String(id);

export interface KnownDocuments {
  readonly key: DocumentKey;
  /** Judged ids that no point of the collections has, sorted. */
  readonly unknown: readonly string[];
  readonly judged: number;
}

export interface DocumentQuestion {
  readonly collections: readonly string[];
  readonly ids: ReadonlySet<string>;
  readonly payloadKeys: PayloadKeys;
  /** As the user named it; absent: what most ids are found by. */
  readonly key?: DocumentKey;
}

const keys: readonly DocumentKey[] = ['sourceId', 'path', 'pointId'];

export async function findDocuments(
  connection: Connection,
  question: DocumentQuestion,
  run: RunOptions = {},
): Promise<KnownDocuments> {
  const { ids } = question;
  const tried = question.key ? [question.key] : keys;
  let best: { key: DocumentKey; found: ReadonlySet<string> } | undefined;
  for (const key of tried) {
    const found = await foundBy(connection, question, key, run);
    if (!best || found.size > best.found.size) best = { key, found };
    if (found.size === ids.size) break;
  }
  const { key, found } = best ?? { key: 'pointId' as const, found: new Set<string>() };
  return { key, judged: ids.size, unknown: [...ids].filter((id) => !found.has(id)).toSorted() };
}

const idsOfRequest = 500;

async function foundBy(
  connection: Connection,
  { collections, ids, payloadKeys }: DocumentQuestion,
  key: DocumentKey,
  run: RunOptions,
): Promise<Set<string>> {
  const field =
    key === 'sourceId' ? (payloadKeys.source_id ?? 'source_id') : (payloadKeys.source_path ?? 'source_path');
  const all = [...ids];
  const found = new Set<string>();
  for (const collection of collections)
    for (let start = 0; start < all.length; start += idsOfRequest) {
      const some = all.slice(start, start + idsOfRequest);
      if (key === 'pointId') await addPoints(connection, collection, some, found, run);
      else await addPayloads(connection, collection, { field, values: some, found }, run);
    }
  return found;
}

/** A point id is a whole number or a UUID; anything else is none, and the server would refuse it. */
async function addPoints(
  connection: Connection,
  collection: string,
  ids: readonly string[],
  found: Set<string>,
  { signal }: RunOptions,
): Promise<void> {
  const points = ids.flatMap((id): PointId[] => {
    if (/^\d{1,19}$/.test(id)) return [Number.isSafeInteger(Number(id)) ? Number(id) : BigInt(id)];
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? [id] : [];
  });
  const there = await retrievePoints(connection, collection, points, { withPayload: false, ...(signal && { signal }) });
  for (const { id } of there) found.add(String(id));
}

interface PayloadSearch {
  readonly field: string;
  readonly values: readonly string[];
  readonly found: Set<string>;
}

async function addPayloads(
  connection: Connection,
  collection: string,
  { field, values, found }: PayloadSearch,
  { signal }: RunOptions,
): Promise<void> {
  const filter = { must: [{ key: field, match: { any: values } }] };
  const options = { filter, withPayload: [field], pageSize: 1000, ...(signal && { signal }) };
  for await (const { payload } of scrollPoints(connection, collection, options)) {
    const value = payload?.[field];
    if (typeof value === 'string') found.add(value);
  }
}
