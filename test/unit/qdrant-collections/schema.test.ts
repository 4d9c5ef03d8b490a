/**
 * Read back and compared: what the server did not take is found, however deep.
 */
import { describe, expect, test } from 'vitest';
import { subsetDifferences } from '../../../src/core/qdrant/collection/collection-schema.ts';
import { cosine } from '../../../src/core/qdrant/collection/parity.ts';
import { parseCollectionCard } from '../../../src/core/qdrant/collection/card-schema.ts';
import { defaultLexical } from '../../../src/core/lexical/lexical.ts';
import { testCard } from '../../helpers/collection-card.ts';

describe('differences', () => {
  test.each([
    ['equal', { a: 1, b: { c: 'x' } }, { a: 1, b: { c: 'x' }, more: true }, []],
    ['another number', { hnsw: { m: 16 } }, { hnsw: { m: 8 } }, ['hnsw.m']],
    ['ignored by the server', { hnsw: { m: 16, new: 1 } }, { hnsw: { m: 16 } }, ['hnsw.new']],
    ['a whole part is missing', { quantization: { scalar: {} } }, {}, ['quantization']],
    ['off is left out', { on_disk: false }, {}, []],
    ['on is not', { on_disk: true }, {}, ['on_disk']],
    ['a float32 there', { quantile: 0.99 }, { quantile: 0.990_000_009_5 }, []],
    ['really another quantile', { quantile: 0.99 }, { quantile: 0.98 }, ['quantile']],
  ])('%s', (_title, expected, actual, paths) => {
    expect(subsetDifferences(expected, actual, '').map(({ path }) => path)).toEqual(paths);
  });
});

describe('cards', () => {
  test('a card survives JSON, and what a later qdx added is kept', () => {
    const card = { ...testCard({ lexical: defaultLexical }), addedLater: { x: 1 } };
    expect(parseCollectionCard(JSON.parse(JSON.stringify(card)), 'docs')).toEqual(card);
  });
  test.each([
    ['no object', 'text'],
    ['no model', { ...testCard(), model: undefined }],
    ['a hash that is none', { ...testCard(), model: { ...testCard().model, sha256: 'xyz' } }],
    ['an unknown pooling', { ...testCard(), model: { ...testCard().model, pooling: 'max' } }],
  ])('%s is refused', (_title, value) => {
    expect(() => parseCollectionCard(value, 'docs')).toThrow(/the card of collection docs cannot be read/u);
  });
});

test.each([
  [[1, 0], [1, 0], 1],
  [[2, 0], [0, 3], 0],
  [[1, 1], [-1, -1], -1],
  [[1, 0], [1, 0, 0], 0],
  [[0, 0], [1, 0], 0],
])('cosine of %j and %j is %d', (a, b, expected) => {
  expect(cosine(a, b)).toBeCloseTo(expected, 12);
});
