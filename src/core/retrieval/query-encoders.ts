/**
 * Query vectors: each model is opened once, each (query, vector space) encoded once.
 */
import type { RunOptions } from '../../lib/events.ts';
import { QdxError } from '../../lib/errors.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { EncodedText, Encoder } from '../models/encoder.ts';
import { openEncoder } from '../models/open-encoder.ts';
import { describeSpaceDifference, sameSpace, spaceFingerprint } from '../models/cards/space.ts';
import type { SearchPlaces } from './places.ts';

export interface QueryEncoders {
  /** Loads the model ahead of the first query. */
  warm(model: ModelCard): Promise<void>;
  encode(query: string, model: ModelCard): Promise<Float32Array>;
  /** The vector of that query is there, or being made: to ask for it costs no run of the model. */
  remembers(query: string, model: ModelCard): boolean;
  /** Token vectors of the query, of the same run of the model as its vector where that was just asked for. */
  encodeTokens(query: string, model: ModelCard): Promise<Float32Array>;
  /** A text of a collection, with sign bits of its token vectors. */
  document(text: string, model: ModelCard, tokenWindow: number, signal?: AbortSignal): Promise<EncodedText>;
  /** The encoder itself, for what is no query; it stays open. */
  open(model: ModelCard): Promise<Encoder>;
  close(): Promise<void>;
}

/** Whose token vectors are wanted with each query. */
export type WantsTokens = (model: ModelCard) => boolean;

/** Queries under way side by side; of each, what a later stage asks for is there. */
const rememberedQueries = 16;

export function createQueryEncoders(
  places: SearchPlaces,
  run: RunOptions,
  wantsTokens: WantsTokens = () => false,
): QueryEncoders {
  const encoders = new Map<string, Promise<Encoder>>();
  const open = (model: ModelCard): Promise<Encoder> => {
    const space = spaceFingerprint(model);
    const known = encoders.get(space) ?? openQueryEncoder(model, places, run);
    encoders.set(space, known);
    // The model may be there the next time.
    known.catch(() => encoders.delete(space));
    return known;
  };
  const memory = createQueryMemory(async (query, model, tokenVectors) => {
    const encoder = await open(model);
    return encoder.encode(query, { role: 'query', tokenVectors, ...(run.signal && { signal: run.signal }) });
  });
  return {
    warm: async (model) => void (await open(model)),
    open,
    encode: async (query, model) => (await memory.encode(query, model, wantsTokens(model))).vector,
    remembers: (query, model) => memory.has(query, model, wantsTokens(model)),
    encodeTokens: async (query, model) => (await memory.encode(query, model, true)).tokenVectors ?? new Float32Array(0),
    document: async (text, model, tokenWindow, signal = run.signal) =>
      (await open(model)).encode(text, { role: 'document', tokenWindow, ...(signal && { signal }) }),
    close: async () => {
      for (const encoder of await Promise.allSettled(encoders.values()))
        if (encoder.status === 'fulfilled') await encoder.value.close();
    },
  };
}

type EncodeQuery = (query: string, model: ModelCard, tokenVectors: boolean) => Promise<EncodedText>;

interface QueryMemory {
  readonly encode: EncodeQuery;
  has(query: string, model: ModelCard, tokenVectors: boolean): boolean;
}

/** The last few queries, so that stages of one search share one run of the model. */
function createQueryMemory(encode: EncodeQuery): QueryMemory {
  const known = new Map<string, Promise<EncodedText>>();
  const keyOf = (query: string, model: ModelCard, tokenVectors: boolean): string =>
    JSON.stringify([spaceFingerprint(model), query, tokenVectors]);
  return {
    has: (query, model, tokenVectors) => known.has(keyOf(query, model, tokenVectors)),
    encode: (query, model, tokenVectors) => {
      const key = keyOf(query, model, tokenVectors);
      const encoded = known.get(key) ?? encode(query, model, tokenVectors);
      known.set(key, encoded);
      encoded.catch(() => known.delete(key));
      const [oldest] = known.keys();
      if (known.size > rememberedQueries && oldest !== undefined) known.delete(oldest);
      return encoded;
    },
  };
}

/** @throws QdxError `notFound` for a model that is not here, `refused` where the one of that name here is another. */
async function openQueryEncoder(wanted: ModelCard, places: SearchPlaces, run: RunOptions): Promise<Encoder> {
  const found = await places.findModel(wanted.name, wanted);
  if (!sameSpace(found.card, wanted))
    throw new QdxError(
      'refused',
      `the model ${wanted.name} on this machine is not the one of the collection: ${describeSpaceDifference(found.card, wanted)}`,
      { hint: `qdx models download ${wanted.name} gets the one that it was made with` },
    );
  return openEncoder(found, { device: 'cpu', workers: 1, use: 'query', cacheFolder: places.cacheFolder }, run);
}
