/**
 * Vector space and fingerprint of a card: which vectors may be compared, and which files made them.
 */
import { createHash } from 'node:crypto';
import type { CardOfFiles, ModelCard, VectorSpace } from './card.ts';

const spaceKeys = [
  'repository',
  'revision',
  'pooling',
  'normalize',
  'queryPrefix',
  'documentPrefix',
  'maxTokens',
  'tokenizerSha256',
  'dimension',
] as const satisfies readonly (keyof VectorSpace)[];

/** The part of a card that must be equal for two vectors to be comparable. */
export function vectorSpace(card: ModelCard): VectorSpace {
  const { repository, revision, pooling, normalize, queryPrefix, documentPrefix } = card;
  const { maxTokens, tokenizerSha256, dimension } = card;
  return {
    repository,
    revision,
    pooling,
    normalize,
    queryPrefix,
    documentPrefix,
    maxTokens,
    tokenizerSha256,
    dimension,
  };
}

/** sha256, hex, of the canonical JSON of the whole card: the identity of what made a vector, file included. */
export const fingerprint = (card: CardOfFiles): string => sha256Of(card);

/** sha256, hex, of the vector space alone: the key under which vectors of any file of one space may be shared. */
export const spaceFingerprint = (card: ModelCard): string => sha256Of(vectorSpace(card));

export function sameSpace(a: VectorSpace, b: VectorSpace): boolean {
  return spaceKeys.every((key) => a[key] === b[key]);
}

/** What differs, in words for an error: `pooling cls against mean, dimension 768 against 384`; empty where nothing does. */
export function describeSpaceDifference(a: VectorSpace, b: VectorSpace): string {
  return spaceKeys
    .filter((key) => a[key] !== b[key])
    .map((key) => `${key} ${JSON.stringify(a[key])} against ${JSON.stringify(b[key])}`)
    .join(', ');
}

const sha256Of = (value: object): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Keys in code-unit order, no spaces: equal values give equal bytes. Cards are flat, so one level is enough. */
const canonicalJson = (value: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
