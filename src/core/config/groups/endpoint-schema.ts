/**
 * Settings of a service that makes vectors over HTTP (`--model endpoint:NAME`), with their defaults.
 */
import { z } from 'zod';

const positive = z.number().int().positive();
const text = z.string().min(1);

export const endpointSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).optional(),
  apiKey: text.optional(),
  /** Read where apiKey is not set; `-` is stdin. */
  apiKeyFile: text.optional(),
  /** `tei`: text-embeddings-inference's own `/embed`. `auto`: that for a URL which ends so, else OpenAI's. */
  api: z.enum(['auto', 'openai', 'tei']).default('auto'),
  /** Absent: asked for with one word. */
  dimension: positive.max(65_536).optional(),
  /** Of BERT-like models; larger ones take more. */
  maxTokens: z.number().int().min(4).max(1_000_000).default(512),
  normalize: z.boolean().default(true),
  queryPrefix: z.string().default(''),
  documentPrefix: z.string().default(''),
  tokenizer: text.optional(),
  /** What text-embeddings-inference takes in one request, as it ships. */
  batchSize: positive.max(2048).default(32),
  batchTokens: positive.default(16_384),
  parallel: positive.max(64).default(4),
  timeoutMs: positive.default(60_000),
  retries: z.number().int().min(0).max(100).default(5),
  retryDeadlineMs: positive.default(300_000),
  requestsPerMinute: positive.optional(),
  tokensPerMinute: positive.optional(),
  costPerMtok: z.number().min(0).optional(),
  maxCost: z.number().min(0).optional(),
});
