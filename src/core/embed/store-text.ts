/**
 * One text of a caller as one point: embedded by the collection's own model, or with the vector that the caller brings,
 * written under the writer lock like any upload, and never over another point unless that was asked for.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isQdxError, QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { Settings } from '../config/schema.ts';
import { createLexicalEncoder } from '../lexical/lexical.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { EncodedText, EncodeOptions, Encoder } from '../models/encoder.ts';
import { cardOf } from '../qdrant/collection/card-store.ts';
import { addToCard } from '../qdrant/collection/card-update.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import { layoutOfCard } from '../qdrant/collection/kept-tokens.ts';
import { isKnownFile } from '../qdrant/collection/collection-fit.ts';
import { denseVectors, readCollectionInfo } from '../qdrant/collection/collection-info.ts';
import { assertParity, cosine } from '../qdrant/collection/parity.ts';
import { type PointId, retrievePoints, type StoredPoint } from '../qdrant/collection/points.ts';
import { storedText } from '../qdrant/collection/stored-text.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { lockOwner, withWriterLock } from '../qdrant/lock.ts';
import { uploadRecords } from '../qdrant/upload.ts';
import { packTokenBits } from '../vectors/packed-tokens.ts';
import type { VectorRecord } from '../vectors/record.ts';
import { checkStored } from './check-stored.ts';
import { recordOf } from './records.ts';
import { tokensInView } from './run-tokens.ts';
import { type TextInput, textChunk } from './text-chunk.ts';
import { shellText } from '../../lib/shell-line.ts';

export interface StoreTextInput extends TextInput {
  /** Public name. */
  readonly name: string;
  readonly physical: string;
  /** Of the caller; checked against the collection, and against the model where that is on this machine. */
  readonly embedding?: readonly number[];
  /** Where the id is there already, with something else: `replace` writes over it. */
  readonly onDuplicate: 'error' | 'keep' | 'replace';
  /** Stays open; whoever opened it closes it. */
  readonly openEncoder: (model: ModelCard) => Promise<Encoder>;
  /** Who writes, for the lock and for `source`. */
  readonly writer: string;
  readonly settings: Settings['upload'];
}

export interface StoredText {
  readonly id: PointId;
  /** `unchanged`: it was there exactly like this. `kept`: something else was, and stayed. */
  readonly action: 'stored' | 'replaced' | 'unchanged' | 'kept';
  readonly dimension: number;
  /** Name of the model, or `caller`. */
  readonly embeddedBy: string;
  /** The model read only the beginning. */
  readonly truncated: boolean;
}

/**
 * @throws QdxError `usage` for a vector of another dimension and for metadata that cannot be kept, `refused` for a
 * collection without a card, for a vector of another model, and for an id that is there; `locked` (F14).
 */
export async function storeText(
  connection: Connection,
  input: StoreTextInput,
  run: RunOptions = {},
): Promise<StoredText> {
  const target = await openStoreTarget(connection, input, run);
  assertDimension(input, target.dimension);
  const chunk = textChunk(input, target.card);
  const { card } = target;
  const { sparseName, payloadKeys = {} } = card;
  const shape = { lexical: lexicalOf(card), sparseName, payloadKeys, tokens: layoutOfCard(card) };
  const record = { ...recordOf(chunk, shape), id: chunk.pointId };
  const embedded = await embed(input, record, target, run);
  const request = { target: input.name, runId: randomUUID(), owner: lockOwner(`qdx ${input.writer}`) };
  const action = await withWriterLock(connection, request, run, async (watched, lockLost) => {
    const there = await retrievePoints(connection, input.physical, [record.id], watched.signal ? watched : {});
    const [existing] = there;
    if (existing && isSame(existing, record, card)) return 'unchanged';
    if (existing && input.onDuplicate === 'keep') return 'kept';
    if (existing && input.onDuplicate === 'error') throw duplicate(input.name, record.id);
    if (embedded.encoder) await admitEncoder(connection, target, { ...embedded, encoder: embedded.encoder }, watched);
    await write(connection, { ...record, ...embedded.vectors }, { input, target, lockLost }, watched);
    return existing ? 'replaced' : 'stored';
  });
  const { dimension } = target;
  return { id: record.id, action, dimension, embeddedBy: embedded.by, truncated: embedded.truncated };
}

interface StoreTarget {
  readonly physical: string;
  readonly card: CollectionCard;
  readonly dimension: number;
  readonly distance: string;
}

async function openStoreTarget(
  connection: Connection,
  { name, physical }: StoreTextInput,
  run: RunOptions,
): Promise<StoreTarget> {
  const info = await readCollectionInfo(connection, physical, run.signal);
  const card = await cardOf(connection, physical, info);
  if (!card)
    throw new QdxError('refused', `collection ${name} has no card: the model of its vectors is unknown`, {
      hint: shellText`qdx collections adopt ${name} --model <model> checks a sample and writes the card`,
    });
  const vector = denseVectors(info)[card.vectorName];
  if (!vector)
    throw new QdxError('refused', `collection ${name} has no vector named ${JSON.stringify(card.vectorName)}`);
  return { physical, card, dimension: vector.size, distance: vector.distance };
}

function assertDimension({ name, embedding }: StoreTextInput, dimension: number): void {
  if (!embedding || embedding.length === dimension) return;
  throw new QdxError(
    'usage',
    `the embedding has ${embedding.length} numbers, and collection ${name} takes ${dimension}`,
    {
      hint: 'leave the embedding out: the content is then embedded with the model of the collection',
      details: { expected: dimension, actual: embedding.length },
    },
  );
}

interface Embedded {
  readonly vectors: Pick<VectorRecord, 'vector' | 'tokenVectors'>;
  readonly by: string;
  readonly truncated: boolean;
  /** Absent where the vector is the caller's. */
  readonly encoder?: Encoder;
}

async function embed(
  input: StoreTextInput,
  { payload, id }: Pick<VectorRecord, 'payload' | 'id'>,
  { card }: StoreTarget,
  run: RunOptions,
): Promise<Embedded> {
  const text = storedText({ payload }, card) ?? '';
  const { embedding } = input;
  if (!embedding) {
    const encoder = await input.openEncoder(card.model);
    const encoded = await encoder.encode(text, encodeOptions(card, run));
    const vectors = { vector: encoded.vector, ...tokensOf(encoded, card) };
    return { vectors, truncated: encoded.truncated, by: card.model.name, encoder };
  }
  const vector = Float32Array.from(embedding);
  const own = await encodedHere(input, card, text, run);
  if (own === null)
    run.onEvent?.({
      type: 'note',
      message: `the embedding was taken as it is: ${card.model.name}, which could check it, is not on this machine`,
    });
  else {
    const value = cosine(own.vector, vector);
    const parity = { compared: 1, lowest: value, mean: value, lowestId: String(id), floor: card.model.parityFloor };
    assertParity('the numbers of the embedding', parity, `${card.model.name} for this content`);
  }
  return { vectors: { vector, ...(own && tokensOf(own, card)) }, truncated: false, by: 'caller' };
}

/** Null where the model is not on this machine: bringing the vector is then the only way. */
async function encodedHere(
  { openEncoder }: StoreTextInput,
  card: CollectionCard,
  text: string,
  run: RunOptions,
): Promise<EncodedText | null> {
  try {
    const encoder = await openEncoder(card.model);
    return await encoder.encode(text, encodeOptions(card, run));
  } catch (error) {
    if (isQdxError(error) && (error.kind === 'notFound' || error.kind === 'refused')) return null;
    throw error;
  }
}

/** Physical collections whose stored texts an endpoint was found to encode as they are stored, since it was opened. */
const compared = new WeakMap<Encoder, Set<string>>();

/**
 * Another file of the same space than those that the card names is compared with stored points first; so is an endpoint, which
 * may serve another model by now.
 */
async function admitEncoder(
  connection: Connection,
  { physical, card }: StoreTarget,
  { encoder }: { readonly encoder: Encoder },
  run: RunOptions,
): Promise<void> {
  const known = compared.get(encoder) ?? new Set();
  if (!isKnownFile(card, encoder.card) || (encoder.kind === 'endpoint' && !known.has(physical))) {
    const view = {
      connection,
      physical,
      payloadKeys: card.payloadKeys,
      tokens: tokensInView(card),
      ...signalOf(run),
    };
    await checkStored(view, card, {
      embedAnew: async (text) => ({
        ...(await encoder.encode(text, { role: 'document', ...signalOf(run) })),
        isCached: false,
      }),
    });
    compared.set(encoder, known.add(physical));
  }
  await addToCard(connection, { physical, card }, { ...card, model: encoder.card });
}

async function write(
  connection: Connection,
  record: VectorRecord,
  {
    input,
    target,
    lockLost,
  }: { readonly input: StoreTextInput; readonly target: StoreTarget; readonly lockLost: AbortSignal },
  { signal }: RunOptions,
): Promise<void> {
  const records = (async function* () {
    yield record;
  })();
  const { physical: collection, card, distance } = target;
  const upload = { collection, records, card, distance, settings: input.settings, waitForIndex: false, lockLost };
  const { firstRejects } = await uploadRecords(connection, upload, signal ? { signal } : {});
  const [reject] = firstRejects;
  if (reject) throw new QdxError('usage', `nothing was stored in ${input.name}: ${reject.reason}`);
}

const lexicalOf = ({ lexical, sparseName }: CollectionCard) =>
  lexical && sparseName !== null ? createLexicalEncoder(lexical) : null;

const encodeOptions = ({ tokenVectors }: CollectionCard, run: RunOptions): EncodeOptions => ({
  role: 'document',
  ...(tokenVectors && { tokenWindow: tokenVectors.window }),
  ...signalOf(run),
});

/** What a collection keeps of token vectors. */
function tokensOf({ tokenBits }: EncodedText, card: CollectionCard): Pick<VectorRecord, 'tokenVectors'> {
  const layout = layoutOfCard(card);
  return layout && tokenBits ? { tokenVectors: packTokenBits(tokenBits, layout) } : {};
}

/** Token vectors follow from the text. */
function isSame(
  { payload }: StoredPoint,
  record: Pick<VectorRecord, 'payload'>,
  { tokenVectors }: CollectionCard,
): boolean {
  const others = Object.entries(payload ?? {}).filter(([key]) => key !== tokenVectors?.payloadKey);
  return isDeepStrictEqual(Object.fromEntries(others), record.payload);
}

const signalOf = ({ signal }: RunOptions): { signal?: AbortSignal } => (signal ? { signal } : {});

const duplicate = (name: string, id: PointId): QdxError =>
  new QdxError(
    'refused',
    `point ${String(id)} is in ${name} already, with another content or metadata; nothing was written`,
    {
      hint: 'say on_duplicate: replace to write over it, keep to leave it, or give another id',
      details: { id: String(id) },
    },
  );
