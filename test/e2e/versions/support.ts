/**
 * What the tests of versions share: small collections, aliases, and what lies in them.
 */
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { type TransferMark, writeTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';

export async function removeAll(connection: Connection): Promise<void> {
  for (const { physical } of await listCollections(connection))
    await connection.request('DELETE', `/collections/${physical}`);
}

/** Points 0 to `points` - 1 of two dimensions, with `version` in their payload. */
export async function createSmall(connection: Connection, name: string, points: number, version = name): Promise<void> {
  await connection.request('PUT', `/collections/${name}`, {
    body: { vectors: { size: 2, distance: 'Dot' }, shard_number: 2 },
  });
  await upsert(
    connection,
    name,
    Array.from({ length: points }, (_, id) => id),
    version,
  );
}

export async function upsert(connection: Connection, name: string, ids: readonly number[], version: string) {
  const points = ids.map((id) => ({ id, vector: [id, 1], payload: { version } }));
  if (points.length > 0)
    await connection.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body: { points } });
}

export const alias = (connection: Connection, alias_name: string, collection_name: string) =>
  connection.request('POST', '/collections/aliases', {
    body: { actions: [{ create_alias: { alias_name, collection_name } }] },
  });

/** `{id: version}` of every point. */
export async function contentOf(connection: Connection, name: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for await (const { id, payload } of scrollPoints(connection, name)) found[String(id)] = payload?.['version'];
  return found;
}

export const markOf = (change: Partial<TransferMark> = {}): TransferMark => ({
  version: 1,
  state: 'live',
  command: 'restore',
  name: 'docs',
  origin: 'test',
  replaced: null,
  at: '2026-11-22T10:00:00.000Z',
  ...change,
});

export const mark = (connection: Connection, physical: string, change: Partial<TransferMark>) =>
  writeTransferMark(connection, physical, markOf(change));
