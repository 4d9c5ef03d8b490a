/**
 * The short way to trust a card: takes the card that qdx writes, and never what the schema would refuse.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { builtInCards } from '../../../src/core/models/cards/built-in-cards.ts';
import { parseCollectionCard } from '../../../src/core/qdrant/collection/card-schema.ts';
import { isPlainCard } from '../../../src/core/qdrant/collection/plain-card.ts';

const card: Record<string, unknown> = {
  cardVersion: 1,
  model: builtInCards[0],
  vectorName: 'dense',
  sparseName: 'bm25',
  chunking: { version: 1, maxTokens: 256, targetTokens: 200, template: 'plain' },
  lexical: { tokenizerVersion: 1, hash: 'murmur3-32', k1: 1.2, b: 0.75, averageLength: 100 },
  tokenVectors: null,
  sources: ['docs'],
  description: '',
  qdxVersion: '0.1.0',
  createdAt: '2026-01-01T00:00:00.000Z',
};

test('takes the card of a collection that qdx made', () => {
  expect(isPlainCard(card)).toBe(true);
});

const values = fc.oneof(
  fc.constantFrom(undefined, null, '', 'x', 0, 1, -1, 0.5, 2 ** 60, Number.NaN, true, [], {}, [1], ['x'], 'sign'),
  fc.jsonValue({ maxDepth: 2 }),
);
/** Paths to every field of the card. */
const paths = Object.entries(card).flatMap(([key, value]) => [
  [key],
  ...(typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.keys(value).map((inner) => [key, inner])
    : []),
]);

function changed([key = '', inner]: readonly string[], value: unknown): Record<string, unknown> {
  if (inner === undefined) return { ...card, [key]: value };
  return { ...card, [key]: { ...(card[key] as Record<string, unknown>), [inner]: value } };
}

const isAccepted = (value: unknown): boolean => {
  try {
    parseCollectionCard(value, 'docs');
    return true;
  } catch {
    return false;
  }
};

test('takes nothing that the schema refuses, whichever field is wrong', () => {
  const changes = fc.sample(fc.tuple(fc.constantFrom(...paths), values), 3_000);
  const taken = changes.filter(([path, value]) => isPlainCard(changed(path, value)));
  expect(taken.length).toBeGreaterThan(0);
  expect(taken.filter(([path, value]) => !isAccepted(changed(path, value)))).toEqual([]);
});

test.each([null, 7, [], {}, { ...card, cardVersion: 2 }, { ...card, payloadKeys: { content: 'text' } }])(
  '%j is left to the schema',
  (value) => {
    expect(isPlainCard(value)).toBe(false);
  },
);
