/**
 * Compares a collection with a backup or another collection: every point byte for byte, what describes it, and, where both are
 * on the server, what searches find; or with a vectors file, by value.
 */
import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { isQdxError, QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { parseJson } from '../../lib/json.ts';
import { sameSpace } from '../models/cards/space.ts';
import { cardKey } from '../qdrant/collection/card-store.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import {
  listCollections,
  type ListedCollection,
  missingCollection,
  publicNames,
  resolveAmong,
} from '../qdrant/collection/names.ts';
import { describeCollection, type CollectionDescription } from './collection/collection-description.ts';
import { differingSettings } from './compare/differing-settings.ts';
import type { PointDifferences } from './compare/difference-lists.ts';
import { createPointComparison } from './compare/merge-points.ts';
import { allPoints, openReference, type Reference } from './compare/reference.ts';
import { sampleSearches, type SearchOverlap } from './compare/sample-searches.ts';
import { compareWithVectorsFile } from './compare/with-vectors-file.ts';
import { shellText } from '../../lib/shell-line.ts';

export interface CompareParams {
  /** Name or alias of the collection that is looked at. */
  readonly collection: string;
  /** Folder of a backup, a vectors file, or name of a collection. */
  readonly against: string;
}

export interface ComparisonReport {
  readonly collection: string;
  readonly against: string;
  readonly points: PointDifferences;
  /** Payload keys that were not compared: qdx made what is in them, for the model of one of the two alone. */
  readonly payloadKeysLeftOut: readonly string[];
  /** Settings, payload indexes, shard keys and metadata that differ, as sentences. */
  readonly settings: readonly string[];
  /** When, and by which qdx, the cards of the two were made, where that differs: told, and no difference. */
  readonly madeOtherwise: readonly string[];
  /** Null where the reference has none: a vectors file. */
  readonly aliases: { readonly expected: readonly string[]; readonly actual: readonly string[] } | null;
  /** Null where the reference cannot be searched. */
  readonly search: SearchOverlap | null;
  /** Points and settings are the same. Aliases and searches are reported, and no part of it. */
  readonly isEqual: boolean;
}

/** @throws QdxError `notFound` where one of the two is not there. */
export async function compareCollection(
  connection: Connection,
  { collection, against }: CompareParams,
  run: RunOptions = {},
): Promise<ComparisonReport> {
  const listed = await listCollections(connection, run.signal);
  const resolved = resolveAmong(listed, collection);
  const entry = listed.find(({ physical }) => physical === resolved?.physical);
  if (!entry) throw await missing(connection, listed, { collection, against });
  const actual = await describeCollection(connection, entry, run);
  const isFile = (await stat(against).catch(() => null))?.isFile() ?? false;
  if (isFile && resolveAmong(listed, against) === null) {
    run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${actual.name} with ${against}` });
    const found = await compareWithVectorsFile(connection, actual.name, against, run);
    const nothing = { payloadKeysLeftOut: [], madeOtherwise: [], aliases: null, search: null };
    return report({ collection: actual.name, against, ...found, ...nothing });
  }
  const reference = await openReference(connection, against, actual, run);
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${actual.name} with ${reference.label}` });
  const { description, kind, label } = reference;
  const payloadKeysLeftOut = ofOtherModel(description, actual);
  return report({
    collection: actual.name,
    against: label,
    points: await comparePoints(connection, reference, actual, { leftOut: payloadKeysLeftOut }, run),
    payloadKeysLeftOut,
    ...differingSettings(description, actual),
    aliases: { expected: description.aliases, actual: actual.aliases },
    search: kind === 'collection' ? await trySearches(connection, reference, actual, run) : null,
  });
}

/** A backup, or a vectors file, where the collection should be named. */
async function missing(
  { url }: Connection,
  listed: readonly ListedCollection[],
  { collection, against }: CompareParams,
): Promise<QdxError> {
  const found = await stat(collection).catch(() => null);
  if (!found) return missingCollection(url, collection, publicNames(listed));
  const what = found.isDirectory() ? 'a folder' : 'a file';
  return new QdxError(
    'usage',
    `${collection} is ${what}: the collection is named first, and what it is compared with after it`,
    {
      hint: shellText`qdx verify ${against} --against ${collection}`,
    },
  );
}

function report(found: Omit<ComparisonReport, 'isEqual'>): ComparisonReport {
  const { points, settings } = found;
  const samePoints = points.equal === points.compared && points.missing.count === 0 && points.extra.count === 0;
  return { ...found, isEqual: samePoints && settings.length === 0 };
}

async function comparePoints(
  connection: Connection,
  reference: Reference,
  actual: CollectionDescription,
  { leftOut }: { readonly leftOut: readonly string[] },
  run: RunOptions,
): Promise<PointDifferences> {
  const onPoints = (done: number): void => {
    run.signal?.throwIfAborted();
    run.onEvent?.({ type: 'progress', stage: 'comparing', done, unit: 'points' });
  };
  const comparison = createPointComparison(onPoints, leftOut);
  const keys = [...new Set([...reference.description.shardKeys, ...actual.shardKeys])];
  for (const key of keys.length > 0 ? keys : [null]) {
    const has = (of: CollectionDescription) => key === null || of.shardKeys.includes(key);
    const expected = has(reference.description) ? reference.points(key) : nothing();
    const found = has(actual) ? allPoints(connection, actual.name, key, reference.filter, run) : nothing();
    await comparison.add(expected, found);
  }
  return comparison.result();
}

/** Token vectors are the model's, as vectors are: of two models they are no difference of the payloads. */
function ofOtherModel(expected: CollectionDescription, actual: CollectionDescription): string[] {
  const [was, is] = [cardIn(expected), cardIn(actual)];
  const isSame = was.model && is.model && sameSpace(was.model, is.model);
  if (isSame && isDeepStrictEqual(was.tokenVectors, is.tokenVectors)) return [];
  const keys = [was, is].map(({ tokenVectors }) => tokenVectors?.payloadKey);
  return [...new Set(keys.filter((key) => key !== undefined))];
}

/** Empty where there is none. */
function cardIn({ metadata }: CollectionDescription): Partial<CollectionCard> {
  const card = metadata.get(cardKey);
  return card ? (parseJson(card) as Partial<CollectionCard>) : {};
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}

/** Collections of other dimensions, or under strict mode, may refuse the searches: that is a note, no failure. */
async function trySearches(
  connection: Connection,
  reference: Reference,
  actual: CollectionDescription,
  run: RunOptions,
): Promise<SearchOverlap | null> {
  try {
    return await sampleSearches(connection, reference.description, actual, run);
  } catch (error) {
    if (!isQdxError(error)) throw error;
    run.onEvent?.({ type: 'warning', message: `searches were not compared: ${error.message}` });
    return null;
  }
}
