/**
 * `bench embed --compare local,endpoint`: the same texts encoded on this machine and by an endpoint, and what a million of them,
 * and a query, take and cost each way: here, by the token, and by the hour of a rented GPU.
 */
import { performance } from 'node:perf_hooks';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { latencyOf } from '../../../lib/statistics/latency.ts';
import type { Encoder } from '../../models/encoder.ts';
import type { EncoderModel } from '../../models/found-model.ts';
import { openEncoder } from '../../models/open-encoder.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { breakEvens, type CostRates, type CostWay, type EncoderRate, waysOf } from '../run/cost-ways.ts';
import { hostNotes, type Report, reportHead } from '../run/report.ts';
import { type EmbedBenchInput, encodeAll, readTexts } from './embed.ts';
import { readSource } from '../tuning/source.ts';

export interface EmbedCostInput extends Omit<EmbedBenchInput, 'workers'> {
  readonly local: EncoderModel;
  readonly endpoint: EncoderModel;
  readonly prices: CostRates;
}

/** Of one encoder, the same texts as the other. */

export interface EmbedCostReport extends Report {
  readonly suite: 'embed';
  readonly texts: number;
  readonly rates: readonly EncoderRate[];
  readonly ways: readonly CostWay[];
  /** Sentences. */
  readonly breakEven: readonly string[];
}

/** @throws QdxError `usage` where one of the two is not what it is compared as. */
export async function benchEmbedCost(
  connection: Connection,
  input: EmbedCostInput,
  run: RunOptions = {},
): Promise<EmbedCostReport> {
  const { collection, seed, local, endpoint, prices } = input;
  if (local.origin === 'endpoint' || endpoint.origin !== 'endpoint')
    throw new QdxError('usage', '--compare local,endpoint compares a model on this machine with one over HTTP', {
      hint: 'name the second with --model endpoint:NAME, and --local-model where the collection is not made by one of this machine',
    });
  const head = await reportHead(connection, { suite: 'embed', seed, set: null, collections: [collection] }, run);
  const source = await readSource(connection, collection, input.vectorName, run);
  const texts = await readTexts(connection, source.physical, input, run);
  const here = await measureSide('local', local, { texts, input }, run);
  const there = await measureSide('endpoint', endpoint, { texts, input }, run);
  const ways = waysOf({ here, there, prices });
  return {
    ...head,
    suite: 'embed',
    texts: texts.length,
    rates: [here, there],
    ways,
    breakEven: breakEvens(ways, prices),
    checks: [],
    notes: [...hostNotes(head), ...costNotes(there, prices)],
    failedQueries: 0,
  };
}

function costNotes(there: EncoderRate, { gpuTokensPerSecond, gpuPerHour }: CostRates): string[] {
  const notes = ['a million chunks are the measured rate carried on, without start-up and without uploading'];
  if (there.countedBy !== 'endpoint')
    notes.push('the endpoint does not say how many tokens it read: its cost is an estimate');
  if (gpuPerHour !== undefined)
    notes.push(
      gpuTokensPerSecond === undefined
        ? 'the rented GPU is taken to be as fast as the endpoint was'
        : `the rented GPU is taken to read ${gpuTokensPerSecond} tokens/s, as --gpu-tokens-per-second says; nothing of that was measured`,
    );
  return notes;
}

/** Queries of a latency: enough for a median, few enough for what is paid by the token. */
const mostQueries = 20;
/** About as long as people write them. */
const queryWords = 8;

interface Measuring {
  readonly texts: readonly string[];
  readonly input: EmbedCostInput;
}

async function measureSide(
  side: EncoderRate['side'],
  model: EncoderModel,
  { texts, input }: Measuring,
  run: RunOptions,
): Promise<EncoderRate> {
  const { cacheFolder, environment, rounds } = input;
  const options = { device: 'auto', workers: 0, cacheFolder, environment } as const;
  const bulk = await openEncoder(model, { ...options, use: 'bulk' }, run);
  try {
    await bulk.encode(texts[0] ?? '', { role: 'document' });
    const before = bulk.bill?.tokens ?? 0;
    const textsPerSecond: number[] = [];
    let tokens = 0;
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      tokens += await encodeAll(bulk, texts, { stage: side }, run);
      textsPerSecond.push(texts.length / ((performance.now() - startedAt) / 1000));
    }
    const billed = (bulk.bill?.tokens ?? 0) - before;
    const { bill } = bulk;
    const query = await measureQueries(model, texts, options, run);
    return {
      side,
      model: model.card.name,
      device: bulk.device,
      textsPerSecond,
      tokensPerText: (bill ? billed : tokens) / (texts.length * rounds),
      countedBy: bill?.countedBy ?? 'tokenizer',
      ...query,
    };
  } finally {
    await bulk.close();
  }
}

async function measureQueries(
  model: EncoderModel,
  texts: readonly string[],
  options: { readonly workers: number; readonly cacheFolder: string },
  run: RunOptions,
): Promise<Pick<EncoderRate, 'queryP50Ms' | 'tokensPerQuery'>> {
  const queries = texts.slice(0, mostQueries).map((text) => text.trim().split(/\s+/).slice(0, queryWords).join(' '));
  const encoder: Encoder = await openEncoder({ ...model, notes: [] }, { ...options, device: 'cpu', use: 'query' }, run);
  try {
    await encoder.encode('a first query', { role: 'query' });
    const times: number[] = [];
    let tokens = 0;
    for (const query of queries) {
      const from = performance.now();
      tokens += (await encoder.encode(query, { role: 'query' })).tokenCount;
      times.push(performance.now() - from);
    }
    return { queryP50Ms: latencyOf(times)?.p50Ms ?? Number.NaN, tokensPerQuery: tokens / queries.length };
  } finally {
    await encoder.close();
  }
}
