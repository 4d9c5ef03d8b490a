/**
 * Where the collection card lies: in the collection's own metadata under `qdx` (Qdrant 1.16 and later), before that as a
 * point of `_qdx`.
 */
import { isQdxError } from '../../../lib/errors.ts';
import type { CollectionCard } from './collection-card.ts';
import type { Connection } from '../connection/connection.ts';
import { type CollectionInfo, readCollectionInfo } from './collection-info.ts';
import { ensureSystemCollection, recordId, systemCollection } from './system-collection.ts';
import { isPlainCard } from './plain-card.ts';
import { pointsPath, retrievePoints } from './points.ts';

/** Key of the card in a collection's metadata. */
export const cardKey = 'qdx';

/**
 * The card of a collection (alias or physical name); null where it has none.
 * @throws QdxError `verification` for a card that cannot be read, `refused` for one of a newer qdx.
 */
export async function readCard(
  connection: Connection,
  name: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<CollectionCard | null> {
  return cardOf(connection, name, await readCollectionInfo(connection, name, options.signal));
}

/** Like readCard, where the collection's info was read already. */
export async function cardOf(
  connection: Connection,
  physical: string,
  info: CollectionInfo,
): Promise<CollectionCard | null> {
  const value = info.config.metadata?.[cardKey] ?? (await readCardPoint(connection, physical));
  if (value === undefined || value === null) return null;
  if (isPlainCard(value)) return value;
  // Loaded on use: it costs more than all requests of a search.
  const { parseCollectionCard } = await import('./card-schema.ts');
  return parseCollectionCard(value, physical);
}

/** Writes the card of a physical collection, replacing the one there is. */
export async function writeCard(connection: Connection, physical: string, card: CollectionCard): Promise<void> {
  const { features } = await connection.server();
  if (features.collectionMetadata) {
    const body = { metadata: { [cardKey]: card } };
    await (await connection.client()).updateCollection(physical, body);
    return;
  }
  await ensureSystemCollection(connection);
  const point = { id: cardPointId(physical), vector: {}, payload: { kind: 'card', collection: physical, card } };
  await connection.request('PUT', pointsPath(systemCollection), { query: { wait: true }, body: { points: [point] } });
}

const cardPointId = (physical: string): string => recordId('card', physical);

/** Only servers before 1.16 keep cards as points. */
async function readCardPoint(connection: Connection, physical: string): Promise<unknown> {
  const { features } = await connection.server();
  if (features.collectionMetadata) return undefined;
  try {
    const [point] = await retrievePoints(connection, systemCollection, [cardPointId(physical)]);
    return point?.payload?.['card'];
  } catch (error) {
    if (isQdxError(error) && error.kind === 'notFound') return undefined;
    throw error;
  }
}
