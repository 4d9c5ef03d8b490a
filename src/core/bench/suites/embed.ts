/**
 * `bench embed`: how fast does this machine encode the texts of a collection, with one session and with more?
 */
import { performance } from 'node:perf_hooks';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import { processUsage } from '../../../lib/process-usage.ts';
import type { Encoder } from '../../models/encoder.ts';
import type { EncoderModel } from '../../models/found-model.ts';
import { openEncoder } from '../../models/open-encoder.ts';
import { keyOf, type PayloadKeys } from '../../qdrant/collection/payload-keys.ts';
import { scrollPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import { hostNotes, type Report, reportHead } from '../run/report.ts';
import { readSource } from '../tuning/source.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface EmbedBenchInput {
  readonly collection: string;
  readonly vectorName: string;
  readonly payloadKeys: PayloadKeys;
  readonly findModel: SearchPlaces['findModel'];
  readonly cacheFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Numbers of sessions side by side. */
  readonly workers: readonly number[];
  readonly maxTexts: number;
  readonly rounds: number;
  readonly seed: number;
}

interface EmbedRate {
  readonly workers: number;
  readonly device: string;
  /** One a round. */
  readonly textsPerSecond: readonly number[];
  readonly tokensPerSecond: readonly number[];
  /** Loading the model in all its sessions. */
  readonly openMs: number;
}

export interface EmbedReport extends Report {
  readonly suite: 'embed';
  readonly texts: number;
  readonly tokens: number;
  readonly rates: readonly EmbedRate[];
  /** Of the main process alone; sessions are processes of their own. */
  readonly peakRssBytes: number;
}

/** @throws QdxError `usage` for a collection without a card or without texts. */
export async function benchEmbed(
  connection: Connection,
  input: EmbedBenchInput,
  run: RunOptions = {},
): Promise<EmbedReport> {
  const { collection, seed, workers } = input;
  const head = await reportHead(connection, { suite: 'embed', seed, set: null, collections: [collection] }, run);
  const source = await readSource(connection, collection, input.vectorName, run);
  if (!source.model)
    throw new QdxError('usage', `${collection} has no card, so its model is unknown`, {
      hint: shellText`qdx collections adopt ${collection} --model <name> writes one`,
    });
  const model = await input.findModel(source.model.name, source.model);
  const texts = await readTexts(connection, source.physical, input, run);
  let tokens = 0;
  const rates: EmbedRate[] = [];
  for (const count of workers) {
    const measured = await measureRate(model, { texts, count, input }, run);
    tokens = measured.tokens;
    rates.push(measured.rate);
  }
  return {
    ...head,
    suite: 'embed',
    texts: texts.length,
    tokens,
    rates,
    peakRssBytes: processUsage().peakRssBytes,
    checks: [],
    notes: [...hostNotes(head), 'numbers of sessions are measured one after the other, not interleaved'],
    failedQueries: 0,
  };
}

interface Encoding {
  readonly texts: readonly string[];
  readonly count: number;
  readonly input: EmbedBenchInput;
}

async function measureRate(
  model: EncoderModel,
  { texts, count, input }: Encoding,
  run: RunOptions,
): Promise<{ readonly rate: EmbedRate; readonly tokens: number }> {
  const { cacheFolder, environment, rounds } = input;
  const from = performance.now();
  const options = { device: 'auto', workers: count, use: 'bulk', cacheFolder, environment } as const;
  const encoder = await openEncoder(model, options, run);
  const openMs = performance.now() - from;
  const rate = {
    workers: count,
    device: encoder.device,
    textsPerSecond: [] as number[],
    tokensPerSecond: [] as number[],
    openMs,
  };
  let tokens = 0;
  try {
    await encoder.encode(texts[0] ?? '', { role: 'document' });
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      tokens = await encodeAll(encoder, texts, { stage: `${count} sessions` }, run);
      const seconds = (performance.now() - startedAt) / 1000;
      rate.textsPerSecond.push(texts.length / seconds);
      rate.tokensPerSecond.push(tokens / seconds);
    }
  } finally {
    await encoder.close();
  }
  return { rate, tokens };
}

/** @returns tokens that the model read. */
export async function encodeAll(
  encoder: Encoder,
  texts: readonly string[],
  { stage }: { readonly stage: string },
  run: RunOptions,
): Promise<number> {
  let tokens = 0;
  let done = 0;
  const encode = (text: string) =>
    encoder.encode(text, { role: 'document', ...(run.signal && { signal: run.signal }) });
  for await (const { tokenCount } of mapOrdered(stream(texts), encode, { inFlight: encoder.parallel * 2 })) {
    tokens += tokenCount;
    done += 1;
    run.onEvent?.({ type: 'progress', stage, done, total: texts.length, unit: 'texts' });
  }
  return tokens;
}

async function* stream(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

export async function readTexts(
  connection: Connection,
  physical: string,
  { payloadKeys, maxTexts }: Pick<EmbedBenchInput, 'payloadKeys' | 'maxTexts'>,
  { signal }: RunOptions,
): Promise<string[]> {
  const key = keyOf('content', payloadKeys);
  const texts: string[] = [];
  for await (const { payload } of scrollPoints(connection, physical, {
    withPayload: [key],
    ...(signal && { signal }),
  })) {
    const text = payload?.[key];
    if (typeof text === 'string' && text.trim() !== '') texts.push(text);
    if (texts.length >= maxTexts) break;
  }
  if (texts.length === 0)
    throw new QdxError('usage', `no point has a text under ${JSON.stringify(key)}: there is nothing to encode`);
  return texts;
}
