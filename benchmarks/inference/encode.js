/** All texts through one of qdx's encoders, as `qdx embed` drives it. */
import { findModel } from '../../dist/core/models/find-model.js';
import { openEncoder } from '../../dist/core/models/open-encoder.js';

export const builtIn = (cacheFolder) => findModel('all-MiniLM-L6-v2', { cacheFolder });

export async function openBulk(model, { workers = 0, cacheFolder }) {
  return openEncoder(model, { device: 'cpu', workers, use: 'bulk', cacheFolder });
}

/** Keeps twice as many texts in flight as run at once. */
export async function encodeAll(encoder, texts) {
  const vectors = Array.from({ length: texts.length });
  let next = 0;
  const keepBusy = async () => {
    while (next < texts.length) {
      const index = next++;
      vectors[index] = (await encoder.encode(texts[index], { role: 'document' })).vector;
    }
  };
  await Promise.all(Array.from({ length: encoder.parallel * 2 }, keepBusy));
  return vectors;
}
