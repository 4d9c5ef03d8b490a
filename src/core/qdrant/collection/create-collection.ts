/**
 * Makes a collection from settings, or checks that the one there is fits. Nothing is written before the check passed.
 *
 * Order of writes: collection with its card, payload indexes (they must be there before the points), alias last. A run
 * that was killed in between leaves an empty collection that the next run finds and finishes.
 */
import { quantizationWarnings, settledDimension } from '../../config/rules.ts';
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { assertNotCutOff } from './assert-not-cut-off.ts';
import { nextVersionName, pointAlias, versionOf } from './alias.ts';
import { cardKey, cardOf, writeCard } from './card-store.ts';
import type { CollectionCard } from './collection-card.ts';
import { checkExisting, type FitRequest } from './check-existing.ts';
import { isKnownFile, precisionNote } from './collection-fit.ts';
import { type CollectionInfo, denseVectors, readCollectionInfo } from './collection-info.ts';
import { type CollectionBody, collectionBody, schemaDifferences } from './collection-schema.ts';
import type { Connection } from '../connection/connection.ts';
import { deferralKey } from './deferred-indexing.ts';
import { assertCollectionName, displayName, listCollections, type ListedCollection, resolveAmong } from './names.ts';
import { transferKey } from './transfer-key.ts';
import { sameSpace } from '../../models/cards/space.ts';

export interface EnsureInput extends FitRequest {
  /** Make `name` an alias of `name__1`; false: a plain collection. */
  readonly alias: boolean;
  /** A new collection gets its index after the upload (see deferred-indexing.ts). */
  readonly deferIndexing?: boolean;
}

export interface EnsuredCollection {
  readonly name: string;
  readonly physical: string;
  readonly isAlias: boolean;
  readonly created: boolean;
  /** The card that now holds; of an existing collection its own. */
  readonly card: CollectionCard;
  readonly distance: string;
  readonly indexingDeferred: boolean;
  /** Same space, but a file that the collection does not know: sampled parity first (parity.ts), then addEmbedder. */
  readonly needsParityCheck: boolean;
}

export async function ensureCollection(
  connection: Connection,
  input: EnsureInput,
  run: RunOptions = {},
): Promise<EnsuredCollection> {
  assertCollectionName(input.name);
  settledDimension(input.settings.vector.size, input.card.model);
  const collections = await listCollections(connection, run.signal);
  const existing = resolveAmong(collections, input.name);
  if (existing) return useExisting(connection, existing.physical, input, run);
  const leftover = await findLeftover(connection, collections, input);
  if (leftover) {
    await finishCollection(connection, leftover, input);
    return useExisting(connection, leftover, input, run);
  }
  await assertNotCutOff(connection, input.name, collections);
  const physicalNames = collections.map(({ physical }) => physical);
  const physical = input.alias ? nextVersionName(input.name, physicalNames) : input.name;
  const created = await createCollection(connection, physical, input, run);
  await finishCollection(connection, physical, input);
  // Another shard of the same run was faster: it made the same collection.
  if (!created) return useExisting(connection, physical, input, run);
  return {
    ...describe(input.name, physical, created),
    card: input.card,
    distance: input.settings.vector.distance,
    indexingDeferred: await defersIndexing(connection, input),
    needsParityCheck: false,
  };
}

const describe = (name: string, physical: string, created: boolean) => ({
  name,
  physical,
  isAlias: name !== physical,
  created,
});

/** Deferral leaves a mark in the metadata, so that it survives a crash: not on servers that have none. */
async function defersIndexing(connection: Connection, input: EnsureInput): Promise<boolean> {
  const { features } = await connection.server();
  return (
    input.deferIndexing === true && features.collectionMetadata && input.settings.optimization.indexingThresholdKb > 0
  );
}

/** Refuses what does not fit; gives an empty collection without a card the card. */
async function useExisting(
  connection: Connection,
  physical: string,
  input: EnsureInput,
  run: RunOptions,
): Promise<EnsuredCollection> {
  const { info, card, hadCard } = await checkExisting(connection, physical, input, run);
  if (!hadCard) await writeCard(connection, physical, card);
  // A run that was killed before its first point may have left some of these out.
  const isEmpty = (info.points_count ?? 0) === 0;
  if (isEmpty) await ensurePayloadIndexes(connection, physical, input.settings.index.payloadIndexes);
  if (card.sparseName === null && input.card.sparseName !== null)
    run.onEvent?.({ type: 'note', message: `${physical} has no sparse vector: lexical terms are left out` });
  const place = describe(input.name, physical, false);
  const rounded = precisionNote(displayName(place), denseVectors(info)[card.vectorName]);
  if (rounded !== null) run.onEvent?.({ type: 'note', message: rounded });
  return {
    ...place,
    card,
    distance: input.settings.vector.distance,
    indexingDeferred: hasMark(info.config.metadata, deferralKey),
    needsParityCheck: !isKnownFile(card, input.card.model),
  };
}

/** A key that was removed stays with the value null. */
const hasMark = (metadata: CollectionInfo['config']['metadata'], key: string): boolean =>
  (metadata?.[key] ?? null) !== null;

/** `name__n` that a killed run left: empty, without an alias, with a card of this very space. */
async function findLeftover(
  connection: Connection,
  collections: readonly ListedCollection[],
  { name, card, alias }: EnsureInput,
): Promise<string | null> {
  if (!alias) return null;
  const candidates = collections.filter(({ physical, aliases }) => aliases.length === 0 && versionOf(name, physical));
  for (const { physical } of candidates) {
    const info = await readCollectionInfo(connection, physical);
    // An empty one may also be the staging collection of a restore: that one is its run's.
    if ((info.points_count ?? 0) > 0 || hasMark(info.config.metadata, transferKey)) continue;
    const left = await cardOf(connection, physical, info);
    if (left && sameSpace(left.model, card.model) && left.vectorName === card.vectorName) return physical;
  }
  return null;
}

/** False where it was there already. */
async function createCollection(
  connection: Connection,
  physical: string,
  input: EnsureInput,
  run: RunOptions,
): Promise<boolean> {
  const { card, settings } = input;
  const server = await connection.server();
  const deferIndexing = await defersIndexing(connection, input);
  const { vectorName, sparseName, model } = card;
  if (settings.vector.size === 'auto')
    // With a size in the settings it was said when they were read.
    for (const message of quantizationWarnings(settings.vector.quantization, model.dimension))
      run.onEvent?.({ type: 'warning', message });
  const body = collectionBody({ settings, vectorName, sparseName, dimension: model.dimension, server, deferIndexing });
  const mark = deferIndexing ? { [deferralKey]: settings.optimization.indexingThresholdKb } : {};
  const metadata = server.features.collectionMetadata ? { metadata: { [cardKey]: card, ...mark } } : {};
  try {
    // Not over the official client: 1.18 drops `metadata`, and a collection must never be there without its card.
    await connection.request('PUT', `/collections/${encodeURIComponent(physical)}`, {
      body: { ...body, ...metadata },
      ...(run.signal && { signal: run.signal }),
    });
  } catch (error) {
    if (isQdxError(error) && /already exists/u.test(error.message)) return false;
    throw error;
  }
  await assertTaken(connection, physical, body);
  if (!server.features.collectionMetadata) await writeCard(connection, physical, card);
  return true;
}

/** The server ignores what it does not know: what it did not take is said, and the empty collection removed again. */
async function assertTaken(connection: Connection, physical: string, body: CollectionBody): Promise<void> {
  const [first, ...more] = schemaDifferences(body, await readCollectionInfo(connection, physical));
  if (!first) return;
  await (await connection.client()).deleteCollection(physical);
  const { version } = await connection.server();
  throw new QdxError(
    'failed',
    `Qdrant ${version} did not take ${first.path}: asked for ${JSON.stringify(first.expected)}, ` +
      `it has ${JSON.stringify(first.actual)}${more.length > 0 ? ` (and ${more.length} more)` : ''}`,
    { hint: 'change that setting, or use a server that knows it', details: { differences: [first, ...more] } },
  );
}

/** Payload indexes and alias: each may be repeated. */
async function finishCollection(connection: Connection, physical: string, input: EnsureInput): Promise<void> {
  await ensurePayloadIndexes(connection, physical, input.settings.index.payloadIndexes);
  if (input.alias) await pointAlias(connection, input.name, physical);
}

async function ensurePayloadIndexes(
  connection: Connection,
  physical: string,
  fields: readonly string[],
): Promise<void> {
  const client = await connection.client();
  await Promise.all(
    fields.map((field) =>
      client.createPayloadIndex(physical, { wait: true, field_name: field, field_schema: 'keyword' }),
    ),
  );
}
