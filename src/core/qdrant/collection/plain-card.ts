/**
 * Whether a collection card is of the usual form, told without the validator, whose loading is a seventh of a cold search.
 * It accepts less than the schema and never more; what it does not accept, the schema in card-schema.ts decides and explains.
 */
import type { CollectionCard } from './collection-card.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isSomeText: Check = (value) => typeof value === 'string' && value !== '';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isWhole: Check = (value) => Number.isSafeInteger(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isHash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isAbsent: Check = (value) => value === undefined;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const objectOf =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(fields).every(([name, check]) =>
      check(Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined),
    );

const isModelCard = objectOf({
  name: isSomeText,
  repository: isText,
  revision: orNull(isText),
  file: isText,
  sha256: orNull(isHash),
  dtype: oneOf('fp32', 'fp16', 'int8', 'uint8', 'q8', 'q4', 'bnb4', 'unknown'),
  dimension: isCount,
  pooling: oneOf('cls', 'mean', 'last', 'served'),
  normalize: oneOf(true, false),
  queryPrefix: isText,
  documentPrefix: isText,
  maxTokens: isCount,
  tokenizerSha256: orNull(isHash),
  parityFloor: (value) => isNumber(value) && Math.abs(Number(value)) <= 1,
  tokenVectors: oneOf('usable', 'unverified', 'none'),
});

const isCard = objectOf({
  cardVersion: oneOf(1),
  model: isModelCard,
  alsoEmbeddedBy: isAbsent,
  vectorName: isText,
  sparseName: orNull(isText),
  chunking: orNull(objectOf({ version: isWhole, maxTokens: isWhole, targetTokens: isWhole, template: isText })),
  lexical: orNull(
    objectOf({
      tokenizerVersion: isWhole,
      hash: oneOf('murmur3-32', 'fnv1a-32'),
      k1: isNumber,
      b: isNumber,
      averageLength: (value) => isNumber(value) && Number(value) > 0,
    }),
  ),
  tokenVectors: orNull(objectOf({ payloadKey: isText, window: isWhole, encoding: oneOf('sign') })),
  payloadKeys: isAbsent,
  sources: listOf(isText),
  description: isText,
  qdxVersion: isText,
  createdAt: isText,
});

export const isPlainCard = (value: unknown): value is CollectionCard => isCard(value);
