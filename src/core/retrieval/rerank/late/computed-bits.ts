/**
 * Vectors and sign bits made at query time, for candidates that have none stored: from the cache of vectors, where embedding left them or an
 * earlier query did, else by encoding, best-ranked first, until the time is up.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { RunOptions } from '../../../../lib/events.ts';
import type { ModelCard } from '../../../models/cards/card.ts';
import { weightsHash } from '../../../models/weights-hash.ts';
import { cpuIdentity } from '../../../models/onnx/mapped-model.ts';
import { emptyCache, openVectorCache, type VectorCache } from '../../../vectors/cache.ts';
import type { CachedVector } from '../../../vectors/cache-segment.ts';
import type { SearchPlaces } from '../../places.ts';
import type { QueryEncoders } from '../../query-encoders.ts';

export interface BitsMaker {
  /** In the order of the texts; null where the time was up before, and for a text without content. */
  make(texts: readonly string[], budgetMs: number, run: RunOptions): Promise<(CachedVector | null)[]>;
  close(): void;
}

export interface BitsMakerOptions {
  readonly model: ModelCard;
  readonly window: number;
  readonly encoders: QueryEncoders;
  readonly places: SearchPlaces;
  /** Size of the cache of vectors; 0: none. */
  readonly cacheBytes: number;
}

export async function openBitsMaker(options: BitsMakerOptions, run: RunOptions): Promise<BitsMaker> {
  const cache = await openCache(options, run);
  const { encoders, model, window } = options;
  return {
    async make(texts, budgetMs, { signal }) {
      const until = performance.now() + budgetMs;
      const keys = texts.map((text) => cache.keyOf(text, 'document'));
      const made = keys.map((key) => cache.get(key));
      for (const [index, text] of texts.entries()) {
        const key = keys[index];
        // Of a text without content a model would give the vectors of its special tokens.
        if (made[index] !== null || !key || text.trim() === '') continue;
        if (performance.now() >= until) break;
        const { tokenVectors: _, ...encoded } = await encoders.document(text, model, window, signal);
        cache.put(key, encoded);
        made[index] = encoded;
      }
      return made;
    },
    close: () => cache.close(),
  };
}

async function openCache(
  { model, window, places, cacheBytes }: BitsMakerOptions,
  run: RunOptions,
): Promise<VectorCache> {
  if (cacheBytes === 0) return emptyCache;
  const found = await places.findModel(model.name, model);
  return openVectorCache({
    folder: join(places.cacheFolder, 'vectors'),
    card: found.card,
    weights: await weightsHash(found),
    device: `cpu ${await cpuIdentity()}`,
    tokenWindow: window,
    maxBytes: cacheBytes,
    ...(run.onEvent && { onEvent: run.onEvent }),
  });
}
