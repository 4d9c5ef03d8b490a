/**
 * The first half of every embedding run: the model, and all chunks of the corpus in a spool.
 */
import { settledDimension } from '../config/rules.ts';
import { join } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { Chunk, ChunkingSettings } from '../corpus/chunk.ts';
import { chunkingSettings } from '../corpus/chunking/settings.ts';
import type { TemplateId } from '../corpus/template.ts';
import { type CorpusSummary, readCorpus } from '../corpus/read-corpus.ts';
import type { PresenceLog } from '../corpus/presence.ts';
import { skipReasons, type SkipReason } from '../corpus/skips.ts';
import { chosenModel } from '../models/cards/default-model.ts';
import { estimateThatFits } from '../models/endpoint/count-tokens.ts';
import type { EncoderModel } from '../models/found-model.ts';
import { openModelTokenizer } from '../models/open-tokenizer.ts';
import { type Embedder, openEmbedder } from './embedder.ts';
import type { EmbedParams } from './params.ts';
import { createRejectedChunks, type RejectedChunks } from './rejected-chunks.ts';
import { type Spool, spoolChunks } from './spool.ts';

export interface RunModel {
  readonly model: EncoderModel;
  readonly chunking: ChunkingSettings;
}

export interface RunInput extends RunModel {
  readonly spool: Spool;
  readonly corpus: CorpusSummary;
  readonly presence: PresenceLog;
  readonly rejects: RejectedChunks;
  readonly sources: readonly string[];
  readonly readingMs: number;
}

export async function findRunModel({ settings, folders, endpoint }: EmbedParams): Promise<RunModel> {
  const places = { cacheFolder: folders.cache, hub: settings.hub, ...(endpoint && { endpoint }) };
  const model = await chosenModel(settings.embed.model, settings.preset, places);
  // Before anything is embedded, not after an hour of it.
  settledDimension(settings.vector.size, model.card);
  const { chunkTokens } = settings.embed;
  const template = templateOf(model);
  return { model, chunking: chunkingSettings({ maxTokens: tokensThatFit(model), chunkTokens, template }) };
}

/** A text without a tokenizer is measured by its characters, and some have more tokens than that gives. */
const tokensThatFit = (model: EncoderModel): number =>
  model.origin === 'endpoint' && !model.local ? estimateThatFits(model.card.maxTokens) : model.card.maxTokens;

/** Measured for the built-in model alone; a model that was trained on code wants code as it stands. */
export const templateOf = ({ origin }: Pick<EncoderModel, 'origin'>): TemplateId =>
  origin === 'built-in' ? 'path-headings-words@1' : 'path-headings-content@1';

export interface WithInput extends RunModel {
  readonly params: EmbedParams;
  /** Open the model while the corpus is still being read, at the first text that will need it. */
  readonly warmsUp: 'always' | 'whereCached' | 'never';
  /** See EmbedderOptions. */
  readonly tokenWindow: number;
  /** The corpus may hold nothing: `use` has points of it to remove, or refuses. */
  readonly mayBeEmpty: boolean;
}

/**
 * Reads the corpus, lets `use` work with it, and cleans up.
 * @throws QdxError `notFound` for a root that is not there, `usage` where there is nothing to embed, with the reasons;
 * `denied` where something of it may not be read.
 */
export async function withInput<T>(
  { params, warmsUp, tokenWindow, mayBeEmpty, ...model }: WithInput,
  run: RunOptions,
  use: (input: RunInput, embedder: Embedder) => Promise<T>,
): Promise<T> {
  const { settings, folders, environment } = params;
  const embedder = await openEmbedder(
    {
      model: model.model,
      settings: settings.embed,
      cacheFolder: folders.cache,
      tokenWindow,
      ...(environment && { environment }),
    },
    run,
  );
  // With an empty cache an unknown text may well be in the collection already.
  const mayWarmUp = warmsUp === 'always' || (warmsUp === 'whereCached' && embedder.knownCount > 0);
  let isWarm = !mayWarmUp;
  const onChunk = ({ text }: Chunk) => {
    if (isWarm || embedder.isKnown(text)) return;
    isWarm = true;
    embedder.warmUp();
  };
  try {
    const input = await readInput({ params, mayBeEmpty, ...model }, run, onChunk);
    try {
      return await use(input, embedder);
    } finally {
      await input.spool.remove();
    }
  } finally {
    await embedder.close();
  }
}

async function readInput(
  { params, mayBeEmpty, model, chunking }: Pick<WithInput, 'params' | 'mayBeEmpty' | keyof RunModel>,
  run: RunOptions,
  onChunk: (chunk: Chunk) => void,
): Promise<RunInput> {
  const startedAt = performance.now();
  run.onEvent?.({ type: 'phase', name: 'reading', detail: params.roots.map(({ path }) => path).join(', ') });
  const { include, exclude, maxFileBytes, includeSecrets, followLinks } = params.settings.embed;
  const corpus = readCorpus(
    {
      roots: params.roots,
      include,
      exclude,
      maxFileBytes,
      includeSecrets,
      followLinks,
      ...(params.only && { only: params.only }),
      chunking,
      readers: params.readers,
      tokenizer: await openModelTokenizer(model),
      documentPrefix: model.card.documentPrefix,
    },
    run,
  );
  const spool = await spoolChunks(corpus.chunks, {
    folder: join(params.folders.cache, 'spool'),
    shard: params.shard,
    onChunk,
    ...(run.signal && { signal: run.signal }),
  });
  const summary = corpus.summary();
  // Of some files alone nothing may be left: they were deleted.
  if (spool.totalCount === 0 && params.only === undefined && !mayBeEmpty) {
    await spool.remove();
    throw nothingToEmbed(params, summary);
  }
  const sources = [...new Set(params.roots.map(({ source }) => source))].toSorted();
  const { presence } = corpus;
  return {
    model,
    chunking,
    spool,
    corpus: summary,
    presence,
    rejects: createRejectedChunks(presence, run.onEvent),
    sources,
    readingMs: performance.now() - startedAt,
  };
}

export function nothingToEmbed({ roots }: EmbedParams, { skipped }: CorpusSummary): QdxError {
  const where = roots.map(({ path }) => path).join(', ');
  const reasons = (Object.entries(skipped) as [SkipReason, { count: number }][]).map(
    ([reason, { count }]) => `${count} ${skipReasons[reason]}`,
  );
  // Among what was asked for: nothing that could be embedded was passed over.
  const isDenied = skipped.unreadable !== undefined;
  const why = reasons.length === 0 ? 'there are no files' : `everything was skipped: ${reasons.join('; ')}`;
  return new QdxError(isDenied ? 'denied' : 'usage', `there is nothing to embed in ${where}: ${why}`, {
    hint: isDenied
      ? 'look at the permissions and the owner of what is not readable'
      : 'name a folder of documents or code; --include and --exclude say which files',
    details: { skipped },
  });
}
