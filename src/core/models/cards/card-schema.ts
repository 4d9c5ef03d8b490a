/**
 * The card as JSON from outside: `card.json` of a folder, `models.lock.json`, headers of files. Loaded only where such JSON is read.
 */
import { z } from 'zod';
import { QdxError } from '../../../lib/errors.ts';
import type { ModelCard } from './card.ts';
import type { AnyCard, RerankerCard } from './reranker-card.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');

const files = {
  name: z.string().min(1),
  repository: z.string().min(1),
  revision: z.string().min(1).nullable(),
  file: z.string().min(1),
  fileSource: z.strictObject({ repository: z.string().min(1), revision: z.string().min(1) }).optional(),
  sha256: sha256.nullable(),
  dtype: z.enum(['fp32', 'fp16', 'int8', 'uint8', 'q8', 'q4', 'bnb4', 'unknown']),
  maxTokens: z.number().int().min(4).max(1_000_000),
  tokenizerSha256: sha256.nullable(),
};

export const cardSchema = z.strictObject({
  ...files,
  dimension: z.number().int().positive().max(65_536),
  pooling: z.enum(['cls', 'mean', 'last', 'served']),
  normalize: z.boolean(),
  queryPrefix: z.string(),
  documentPrefix: z.string(),
  parityFloor: z.number().min(-1).max(1),
  tokenVectors: z.enum(['usable', 'unverified', 'none']),
});

const rerankerSchema = z.strictObject({
  ...files,
  task: z.literal('rerank'),
  score: z.enum(['logit', 'probability']),
});

/** Of a model of any kind: a reranker says so by its task. */
export const anyCardSchema = z.union([cardSchema, rerankerSchema]);

/** @throws QdxError `verification` naming the place and every field that is wrong. */
export function parseAnyCard(value: unknown, place: string): AnyCard {
  const isReranker = typeof value === 'object' && value !== null && 'task' in value;
  return isReranker ? (parse(rerankerSchema, value, place) as RerankerCard) : parseCard(value, place);
}

/** Of an encoder. @throws QdxError `verification` naming the place and every field that is wrong. */
const parseCard = (value: unknown, place: string): ModelCard => parse(cardSchema, value, place) as ModelCard;

// zod types absent optionals as `T | undefined`; the schemas never put an undefined there.
function parse(schema: z.ZodType, value: unknown, place: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the card'}: ${message}`);
  throw new QdxError('verification', `${place} is not a model card: ${problems.join('; ')}`);
}
