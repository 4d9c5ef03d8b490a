/**
 * The cards that qdx knows by heart. `models/<name>/card.json` repeats the card of a model that ships in the package.
 */
import type { ModelCard } from './card.ts';

/** Ships in the package, so that a fresh install embeds and searches offline. */
export const builtInModelName = 'all-MiniLM-L6-v2';

const miniLm: ModelCard = {
  name: builtInModelName,
  repository: 'sentence-transformers/all-MiniLM-L6-v2',
  // The commit of the weights was not recorded; both hashes pin the files instead.
  revision: null,
  file: 'onnx/model_int8.onnx',
  sha256: '7e16fecf7fc98fd4b5860a61bdf85f5742df072684d16728f2f31babace239e2',
  dtype: 'int8',
  dimension: 384,
  pooling: 'mean',
  normalize: true,
  queryPrefix: '',
  documentPrefix: '',
  // Trained length; its 512 positions would be accepted, but longer inputs were never seen in training.
  maxTokens: 256,
  tokenizerSha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
  // Lowest cosine of the int8 file to the fp32 one: 0.986 over the 214 chunks of the demo corpus, 0.990 over 256 shorter
  // texts. With another prefix or limit the lowest of a sample is below 0.91, with another pooling below 0.52.
  parityFloor: 0.98,
  tokenVectors: 'usable',
};

export const codeModelName = 'nomic-ai/CodeRankEmbed';

/**
 * Unpinned: upstream ships no ONNX file, and no export of others could be hashed when this was written, so the hashes
 * are null until the first download locks them.
 */
const codeRankEmbed: ModelCard = {
  name: codeModelName,
  repository: codeModelName,
  revision: null,
  file: 'onnx/model.onnx',
  sha256: null,
  dtype: 'unknown',
  dimension: 768,
  pooling: 'cls',
  // Upstream's own encode() leaves vectors as they come; cosine needs unit length, and so does a `Dot` collection.
  normalize: true,
  queryPrefix: 'Represent this query for searching relevant code: ',
  documentPrefix: '',
  // Longest trained length; 8192 positions exist, but nothing beyond 2048 was trained.
  maxTokens: 2048,
  tokenizerSha256: null,
  // Lowest cosine to fp32 that the int8 export downloaded by default has published is 0.961; not measured by qdx.
  parityFloor: 0.96,
  tokenVectors: 'unverified',
};

export const builtInCards: readonly ModelCard[] = [miniLm, codeRankEmbed];
