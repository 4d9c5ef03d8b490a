/**
 * A card, settings and records for tests that need no model.
 */
import { settingsSchema, type Settings } from '../../src/core/config/schema.ts';
import type { ModelCard } from '../../src/core/models/cards/card.ts';
import type { CollectionCard } from '../../src/core/qdrant/collection/collection-card.ts';
import type { VectorRecord } from '../../src/core/vectors/record.ts';

export const testModel = (change: Partial<ModelCard> = {}): ModelCard => ({
  name: 'test-model',
  repository: 'test/model',
  revision: 'a'.repeat(40),
  file: 'onnx/model.onnx',
  sha256: 'b'.repeat(64),
  dtype: 'fp32',
  dimension: 4,
  pooling: 'mean',
  normalize: true,
  queryPrefix: '',
  documentPrefix: '',
  maxTokens: 256,
  tokenizerSha256: 'c'.repeat(64),
  parityFloor: 0.99,
  tokenVectors: 'unverified',
  ...change,
});

export const testCard = (change: Partial<CollectionCard> = {}): CollectionCard => ({
  cardVersion: 1,
  model: testModel(),
  vectorName: 'dense',
  sparseName: 'bm25',
  chunking: null,
  lexical: null,
  tokenVectors: null,
  sources: ['docs'],
  description: '',
  qdxVersion: '0.1.0',
  createdAt: '2026-01-01T00:00:00.000Z',
  ...change,
});

/** Default settings with groups replaced in part: `testSettings({ vector: { distance: 'Dot' } })`. */
export const testSettings = (change: Record<string, unknown> = {}): Settings => settingsSchema.parse(change);

/** Vectors of small integers: exact in float32 and never all zero. */
export function testRecord(index: number, dimension = 4): VectorRecord {
  const vector = Float32Array.from({ length: dimension }, (_, column) => ((index * 31 + column * 7) % 17) - 8.5);
  return {
    id: uuidOf(index),
    vector,
    payload: { content: `text ${index}`, source: 'docs', source_path: `a/${index}.md` },
  };
}

export const uuidOf = (index: number): string => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

export async function* fromList<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}
