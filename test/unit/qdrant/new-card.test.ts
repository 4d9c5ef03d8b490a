import { expect, test } from 'vitest';
import { newCollectionCard } from '../../../src/core/qdrant/collection/new-card.ts';
import { testModel, testSettings } from '../../helpers/collection-card.ts';

const content = {
  model: testModel(),
  chunking: null,
  lexical: null,
  tokenVectors: null,
  description: '',
  qdxVersion: '0.1.0',
};

const settings: readonly [string, Record<string, unknown>, object][] = [
  ['the usual names', {}, { vectorName: 'dense', sparseName: 'bm25', sources: ['a', 'b'] }],
  ['no sparse vector', { vector: { sparseName: '' } }, { sparseName: null }],
  ['other payload keys', { payloadKeys: { content: 'text' } }, { payloadKeys: { content: 'text' } }],
];
test.each(settings)('the card of a new collection with %s', (_title, change, expected) => {
  expect(newCollectionCard(testSettings(change), { ...content, sources: ['b', 'a', 'b'] })).toMatchObject(expected);
});
test('payload keys that are the usual ones are not written down', () => {
  expect(newCollectionCard(testSettings(), { ...content, sources: [] })).not.toHaveProperty('payloadKeys');
});
