/**
 * Query vectors: each model is opened once, each (query, vector space) encoded once.
 */
import type { RunOptions } from '../../lib/events.ts';
import { QdxError } from '../../lib/errors.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { Encoder } from '../models/encoder.ts';
import { openEncoder } from '../models/open-encoder.ts';
import { describeSpaceDifference, sameSpace, spaceFingerprint } from '../models/cards/space.ts';
import type { SearchPlaces } from './params.ts';

export interface QueryEncoders {
  /** Loads the model ahead of the first query. */
  warm(model: ModelCard): Promise<void>;
  encode(query: string, model: ModelCard): Promise<Float32Array>;
  close(): Promise<void>;
}

export function createQueryEncoders(places: SearchPlaces, run: RunOptions): QueryEncoders {
  const encoders = new Map<string, Promise<Encoder>>();
  const open = (model: ModelCard): Promise<Encoder> => {
    const space = spaceFingerprint(model);
    const known = encoders.get(space) ?? openQueryEncoder(model, places, run);
    encoders.set(space, known);
    return known;
  };
  return {
    warm: async (model) => void (await open(model)),
    encode: async (query, model) => {
      const encoder = await open(model);
      const { vector } = await encoder.encode(query, { role: 'query', ...(run.signal && { signal: run.signal }) });
      return vector;
    },
    close: async () => {
      for (const encoder of await Promise.allSettled(encoders.values()))
        if (encoder.status === 'fulfilled') await encoder.value.close();
    },
  };
}

/** @throws QdxError `notFound` for a model that is not here, `refused` where the one of that name here is another. */
async function openQueryEncoder(wanted: ModelCard, places: SearchPlaces, run: RunOptions): Promise<Encoder> {
  const found = await places.findModel(wanted.name);
  if (!sameSpace(found.card, wanted))
    throw new QdxError(
      'refused',
      `the model ${wanted.name} on this machine is not the one of the collection: ${describeSpaceDifference(found.card, wanted)}`,
      { hint: `qdx models download ${wanted.name} gets the one that it was made with` },
    );
  return openEncoder(found, { device: 'cpu', workers: 1, use: 'query', cacheFolder: places.cacheFolder }, run);
}
