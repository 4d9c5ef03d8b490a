/**
 * A model card for tests of what travels with one; no file lies behind it.
 */
import type { ModelCard } from '../../src/core/models/cards/card.ts';

export const modelCard = (changes: Partial<ModelCard> = {}): ModelCard => ({
  name: 'tiny',
  repository: 'test/tiny',
  revision: 'abc',
  file: 'model.onnx',
  sha256: 'a'.repeat(64),
  dtype: 'int8',
  dimension: 4,
  pooling: 'mean',
  normalize: true,
  queryPrefix: '',
  documentPrefix: '',
  maxTokens: 256,
  tokenizerSha256: 'b'.repeat(64),
  parityFloor: 0.99,
  tokenVectors: 'usable',
  ...changes,
});
