/**
 * Reading a collection card: whatever lies in a collection's metadata is validated before it is believed.
 */
import { z } from 'zod';
import { QdxError } from '../../../lib/errors.ts';
import type { CollectionCard } from './collection-card.ts';

/** Newest card that this version of qdx understands. */
const knownCardVersion = 1;

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/u)
  .nullable();

/** Loose objects: a later qdx may add fields without raising the version; they survive a rewrite. */
const modelCard = z.looseObject({
  name: z.string().min(1),
  repository: z.string(),
  revision: z.string().nullable(),
  file: z.string(),
  sha256: hash,
  dtype: z.enum(['fp32', 'fp16', 'int8', 'uint8', 'q8', 'q4', 'bnb4', 'unknown']),
  dimension: z.number().int().positive(),
  pooling: z.enum(['cls', 'mean', 'last']),
  normalize: z.boolean(),
  queryPrefix: z.string(),
  documentPrefix: z.string(),
  maxTokens: z.number().int().positive(),
  tokenizerSha256: hash,
  parityFloor: z.number().min(-1).max(1),
  tokenVectors: z.enum(['usable', 'unverified', 'none']),
});

const cardSchema = z.looseObject({
  cardVersion: z.literal(1),
  model: modelCard,
  alsoEmbeddedBy: z.array(modelCard.pick({ file: true, sha256: true, dtype: true })).optional(),
  vectorName: z.string(),
  sparseName: z.string().nullable(),
  chunking: z
    .looseObject({
      version: z.number().int(),
      maxTokens: z.number().int(),
      targetTokens: z.number().int(),
      template: z.string(),
    })
    .nullable(),
  lexical: z
    .looseObject({
      tokenizerVersion: z.number().int(),
      hash: z.enum(['murmur3-32', 'fnv1a-32']),
      k1: z.number(),
      b: z.number(),
      averageLength: z.number().positive(),
    })
    .nullable(),
  tokenVectors: z
    .looseObject({ payloadKey: z.string(), window: z.number().int(), encoding: z.literal('sign') })
    .nullable(),
  payloadKeys: z.record(z.string(), z.string()).optional(),
  sources: z.array(z.string()),
  description: z.string(),
  qdxVersion: z.string(),
  createdAt: z.string(),
});

/**
 * @throws QdxError `refused` for the card of a newer qdx, naming the version needed; `verification` for a damaged one.
 */
export function parseCollectionCard(value: unknown, collection: string): CollectionCard {
  const { cardVersion, qdxVersion } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (typeof cardVersion === 'number' && cardVersion > knownCardVersion)
    throw new QdxError(
      'refused',
      `collection ${collection} has a card of version ${cardVersion}; this qdx knows up to ${knownCardVersion}`,
      { hint: `use qdx ${typeof qdxVersion === 'string' ? qdxVersion : 'of a later version'} or later` },
    );
  const parsed = cardSchema.safeParse(value);
  if (parsed.success) return parsed.data as CollectionCard;
  const [issue] = parsed.error.issues;
  throw new QdxError(
    'verification',
    `the card of collection ${collection} cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    { hint: `qdx collections adopt ${collection} --model <model> writes it anew` },
  );
}
