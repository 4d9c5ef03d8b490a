/**
 * Checks an existing collection against what is about to be written. Reads only: the preflight of every write, and all of
 * it with `--dry-run`.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { cardOf } from './card-store.ts';
import type { CollectionCard } from './collection-card.ts';
import { assertContentFits, assertSchemaFits, assertSpaceFits } from './collection-fit.ts';
import { type CollectionInfo, readCollectionInfo } from './collection-info.ts';
import type { SchemaSettings } from './collection-schema.ts';
import type { Connection } from '../connection/connection.ts';
import { displayName } from './names.ts';
import { assertTypedHold, type TypedSettings } from './typed-settings.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface FitRequest {
  readonly name: string;
  /** What is about to be written; becomes the card of a new collection. */
  readonly card: CollectionCard;
  readonly settings: SchemaSettings;
  /** Those of `settings` that were typed as flags: an existing collection must have them. */
  readonly typed?: TypedSettings;
}

export interface CheckedCollection {
  readonly info: CollectionInfo;
  /** Its own, or, where it is empty and has none, the one that it is to get. */
  readonly card: CollectionCard;
  readonly hadCard: boolean;
}

/** @throws QdxError `refused`, naming both sides (F18, F19). */
export async function checkExisting(
  connection: Connection,
  physical: string,
  { name, card, settings, typed = {} }: FitRequest,
  run: RunOptions = {},
): Promise<CheckedCollection> {
  const info = await readCollectionInfo(connection, physical, run.signal);
  const display = displayName({ name, physical, isAlias: name !== physical });
  const known = await cardOf(connection, physical, info);
  if (!known && (info.points_count ?? 0) > 0) throw withoutCard(display, name);
  const existing = known ?? fittedCard(card, info);
  const { vectorName, sparseName } = existing;
  const { distance } = settings.vector;
  const { dimension } = card.model;
  const remodelCommand = shellText`qdx migrate ${name} --model ${card.model.name}`;
  assertSchemaFits({ display, info, vectorName, sparseName, distance, dimension, remodelCommand });
  assertSpaceFits(display, existing.model, card.model, remodelCommand);
  assertContentFits(display, existing, card);
  await assertTypedHold(connection, { display, info, card: existing, settings, typed });
  return { info, card: existing, hadCard: known !== null };
}

/** A collection that someone made and did not fill yet may lack the sparse vector. */
function fittedCard(card: CollectionCard, info: CollectionInfo): CollectionCard {
  const sparse = Object.keys(info.config.params.sparse_vectors ?? {});
  return { ...card, sparseName: card.sparseName !== null && sparse.includes(card.sparseName) ? card.sparseName : null };
}

const withoutCard = (display: string, name: string): QdxError =>
  new QdxError('refused', `collection ${display} has points but no card: their model is unknown`, {
    hint: shellText`qdx collections adopt ${name} --model <model> checks a sample and writes the card`,
  });
