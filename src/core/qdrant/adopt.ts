/**
 * `qdx collections adopt`: gives a collection that qdx did not make its card, after a sample of its texts was embedded
 * again and came out as the stored vectors.
 */
import { isQdxError, QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { ownValue } from '../../lib/own-value.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { Encoder } from '../models/encoder.ts';
import { assertParity, measureParity, type Parity } from './collection/parity.ts';
import { samplePoints } from './adopt/sample.ts';
import { cardOf, writeCard } from './collection/card-store.ts';
import type { CollectionCard } from './collection/collection-card.ts';
import { assertHoldsVectors } from './collection/collection-fit.ts';
import { type CollectionInfo, denseVectors, readCollectionInfo } from './collection/collection-info.ts';
import type { Connection } from './connection/connection.ts';
import { displayName, resolveCollection } from './collection/names.ts';
import type { PayloadKeys } from './collection/payload-keys.ts';

/** Enough to tell another model, pooling or prefix with certainty: those differ on every text. */
const sampleSize = 16;

export interface AdoptInput {
  /** Alias or own name. */
  readonly collection: string;
  readonly model: ModelCard;
  readonly openEncoder: () => Promise<Encoder>;
  /** Absent: the only dense vector that there is. */
  readonly vectorName?: string;
  /** Where qdx's payload fields lie in this collection; `content` is the text that was embedded. */
  readonly payloadKeys: PayloadKeys;
  readonly description: string;
  readonly qdxVersion: string;
  readonly dryRun?: boolean;
}

export interface AdoptSummary {
  readonly name: string;
  readonly physical: string;
  readonly card: CollectionCard;
  readonly parity: Parity;
  /** False with `dryRun`. */
  readonly isWritten: boolean;
}

/** @throws QdxError `refused` where the vectors are not those of the model, naming the cosine seen. */
export async function adoptCollection(
  connection: Connection,
  input: AdoptInput,
  run: RunOptions = {},
): Promise<AdoptSummary> {
  const resolved = await resolveCollection(connection, input.collection, run.signal);
  const { physical } = resolved;
  const display = displayName(resolved);
  const info = await readCollectionInfo(connection, physical, run.signal);
  await assertNoCard(connection, physical, display, info);
  const vectorName = chooseVector(display, info, input);
  const { payloadKeys, model } = input;
  run.onEvent?.({ type: 'phase', name: 'checking', detail: `a sample of ${display} against ${model.name}` });
  const samples = await samplePoints(connection, { physical, display, vectorName, payloadKeys, sampleSize }, run);
  const encoder = await input.openEncoder();
  const parity = await measureParity(encoder, samples, run).finally(() => encoder.close());
  assertParity(`the vectors of ${display}`, parity, model.name);
  const card = cardFor(input, vectorName);
  if (!input.dryRun) await writeCard(connection, physical, card);
  return { name: resolved.name, physical, card, parity, isWritten: !input.dryRun };
}

/** A card that cannot be read may be written anew; one that can, or that a newer qdx wrote, is not touched. */
async function assertNoCard(
  connection: Connection,
  physical: string,
  display: string,
  info: CollectionInfo,
): Promise<void> {
  const card = await cardOf(connection, physical, info).catch((error: unknown) => {
    if (isQdxError(error) && error.kind === 'verification') return null;
    throw error;
  });
  if (!card) return;
  throw new QdxError('refused', `collection ${display} has a card already: its vectors are of ${card.model.name}`, {
    hint: `qdx stats ${physical} shows it`,
  });
}

function chooseVector(display: string, info: CollectionInfo, { vectorName, model }: AdoptInput): string {
  const vectors = denseVectors(info);
  const names = Object.keys(vectors);
  const chosen = vectorName ?? (names.length === 1 ? names[0] : undefined);
  const vector = chosen === undefined ? undefined : ownValue(vectors, chosen);
  if (chosen === undefined || !vector)
    throw new QdxError(
      'usage',
      chosen === undefined
        ? `collection ${display} has ${names.length} dense vectors`
        : `collection ${display} has no dense vector named "${chosen}"`,
      { hint: `name one with --vector: ${names.map((name) => name || '""').join(', ') || 'there are none'}` },
    );
  assertHoldsVectors(display, vector);
  if (vector.size === model.dimension) return chosen;
  throw new QdxError(
    'refused',
    `collection ${display} has vectors of ${vector.size} dimensions; ${model.name} gives ${model.dimension}`,
    { hint: 'name the model that made them with --model' },
  );
}

const cardFor = (input: AdoptInput, vectorName: string): CollectionCard => ({
  cardVersion: 1,
  model: input.model,
  vectorName,
  // Another program's terms are not qdx's: only the dense side is searched.
  sparseName: null,
  chunking: null,
  lexical: null,
  tokenVectors: null,
  ...(Object.keys(input.payloadKeys).length > 0 && { payloadKeys: input.payloadKeys }),
  sources: [],
  description: input.description,
  qdxVersion: input.qdxVersion,
  createdAt: new Date().toISOString(),
});
