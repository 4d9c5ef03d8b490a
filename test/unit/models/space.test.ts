import { expect, test } from 'vitest';
import type { ModelCard } from '../../../src/core/models/cards/card.ts';
import {
  describeSpaceDifference,
  fingerprint,
  sameSpace,
  spaceFingerprint,
} from '../../../src/core/models/cards/space.ts';
import { modelCard } from '../../helpers/model-card.ts';

const card = modelCard();

const otherSpaces: readonly Partial<ModelCard>[] = [
  { repository: 'test/other' },
  { revision: null },
  { pooling: 'cls' },
  { normalize: false },
  { queryPrefix: 'query: ' },
  { documentPrefix: 'passage: ' },
  { maxTokens: 512 },
  { tokenizerSha256: null },
  { dimension: 8 },
];

test.each(otherSpaces)('%j is another space', (change) => {
  const other = modelCard(change);
  expect(sameSpace(card, other)).toBe(false);
  expect(spaceFingerprint(other)).not.toBe(spaceFingerprint(card));
  expect(describeSpaceDifference(card, other)).toContain(Object.keys(change)[0]);
});

const sameSpaces: readonly Partial<ModelCard>[] = [
  { file: 'model_fp16.onnx' },
  { sha256: 'c'.repeat(64) },
  { dtype: 'fp16' },
  { name: './copy' },
  { fileSource: { repository: 'other/export', revision: 'def' } },
];

test.each(sameSpaces)('%j is the same space with another fingerprint', (change) => {
  const other = modelCard(change);
  expect(sameSpace(card, other)).toBe(true);
  expect(describeSpaceDifference(card, other)).toBe('');
  expect(spaceFingerprint(other)).toBe(spaceFingerprint(card));
  expect(fingerprint(other)).not.toBe(fingerprint(card));
});

test('the order of keys does not change a fingerprint', () => {
  const reversed = Object.fromEntries(Object.entries(card).toReversed()) as unknown as ModelCard;
  expect(fingerprint(reversed)).toBe(fingerprint(card));
});

test('a difference names both sides', () => {
  expect(describeSpaceDifference(card, modelCard({ pooling: 'cls', dimension: 8 }))).toBe(
    'pooling "mean" against "cls", dimension 4 against 8',
  );
});
