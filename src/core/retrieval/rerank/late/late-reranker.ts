/**
 * Late interaction: the token vectors that the encoder has anyway, compared one by one. Needs no further model and, where the
 * collection keeps the bits of them, no further inference: the query's come from the run that made its vector.
 */
import type { RunOptions } from '../../../../lib/events.ts';
import { spaceFingerprint } from '../../../models/cards/space.ts';
import type { ModelCard } from '../../../models/cards/card.ts';
import { builtInModelName } from '../../../models/cards/built-in-cards.ts';
import { createQueryEncoders, type QueryEncoders } from '../../query-encoders.ts';
import { storedText } from '../../../qdrant/collection/stored-text.ts';
import type { OpenReranker, RerankCandidate, Reranker, RerankerContext, Reranking } from '../port.ts';
import type { BitsMaker, BitsMakerOptions } from './computed-bits.ts';
import { lateOrder } from './late-order.ts';
import { maxSims } from './max-sim.ts';
import { type CandidateBits, storedBits } from './stored-bits.ts';
import { countsOf, createNotice, notesOn } from './unusable.ts';

export const openLate: OpenReranker = async (context, run) => {
  const encoders = context.encoders ?? createQueryEncoders(context.places, run, () => true);
  const makers = new Map<string, Promise<BitsMaker>>();
  const sayOnce = createNotice(run);
  const maker: MakerOf = (model, window) => {
    const key = `${spaceFingerprint(model)} ${window}`;
    const known = makers.get(key) ?? openMaker({ context, encoders, model, window }, run);
    makers.set(key, known);
    return known;
  };
  return {
    kind: 'late',
    name: 'MaxSim',
    rerank: async (query, candidates, options) => {
      if (candidates.length === 0) return unchanged(candidates);
      const question = { query, candidates, context, encoders, maker };
      const isOutside = candidates.every(({ target }) => target === undefined);
      const reranking = await (isOutside ? rerankTexts(question, options) : rerankStored(question, options));
      sayOnce(reranking.notes ?? []);
      return reranking;
    },
    close: async () => {
      for (const opened of await Promise.allSettled(makers.values()))
        if (opened.status === 'fulfilled') opened.value.close();
      if (!context.encoders) await encoders.close();
    },
  } satisfies Reranker;
};

type MakerOf = (model: ModelCard, window: number) => Promise<BitsMaker>;

interface Question {
  readonly query: string;
  readonly candidates: readonly RerankCandidate[];
  readonly context: RerankerContext;
  readonly encoders: QueryEncoders;
  readonly maker: MakerOf;
}

async function rerankTexts(question: Question, run: RunOptions): Promise<Reranking> {
  const { context, maker } = question;
  const { budgetMs = Infinity, late } = context.params;
  const { card: model } = await context.places.findModel(builtInModelName);
  const window = late?.window ?? 1;
  const { rerankOutside } = await import('./outside.ts');
  return rerankOutside({ ...question, model, maker: await maker(model, window), budgetMs }, run);
}

async function rerankStored(question: Question, run: RunOptions): Promise<Reranking> {
  const { query, candidates, context } = question;
  const comparable = comparableModel(candidates);
  if (typeof comparable === 'string') return unchanged(candidates, comparable);
  const stored = await storedBits(context.connection, candidates, run);
  const made = await makeMissing(question, comparable, stored, run);
  const bits = stored.map((one, index) => (typeof one === 'string' ? (made[index] ?? null) : one));
  // Without a cosine there is nothing that MaxSim could be exchanged for.
  for (const [index, { cosine }] of candidates.entries()) if (cosine === undefined) bits[index] = null;
  const usable = bits.filter((one) => one !== null);
  const notes = notesOn(stored, bits);
  if (usable.length === 0) return { ...unchanged(candidates, ...notes), failures: countsOf(stored) };
  const tokens = await question.encoders.encodeTokens(query, comparable);
  const sims = [...maxSims(tokens, comparable.dimension, usable)];
  const maxSimOf = bits.map((one) => (one === null ? null : (sims.shift() ?? null)));
  const order = lateOrder(candidates, maxSimOf, context.weights);
  return { order, scored: usable.length, failures: countsOf(stored), ...(notes.length > 0 && { notes }) };
}

/** The one model whose cosines made the order; else why there is none. */
function comparableModel(candidates: readonly RerankCandidate[]): ModelCard | string {
  const models = candidates.map(({ target }) => target?.model ?? null);
  const [model] = models;
  if (!model || models.includes(null)) return 'not reranked: the order was not made by vectors of a model';
  if (candidates.every(({ cosine }) => cosine === undefined))
    return 'not reranked: candidates have no cosine that MaxSim could be mixed with';
  if (new Set(models.map((one) => (one ? spaceFingerprint(one) : ''))).size > 1)
    return 'not reranked: rankings of different vector spaces were merged by rank';
  if (model.tokenVectors === 'none') return `not reranked: ${model.name} has no token vectors`;
  return model;
}

const unchanged = (candidates: readonly RerankCandidate[], ...notes: readonly string[]): Reranking => ({
  order: candidates.map((_, index) => ({ index })),
  scored: 0,
  failures: {},
  ...(notes.length > 0 && { notes }),
});

/** By the place of the candidate; absent where nothing had to be made, or the time was up. */
async function makeMissing(
  { candidates, context, maker }: Question,
  model: ModelCard,
  stored: readonly CandidateBits[],
  run: RunOptions,
): Promise<Readonly<Record<number, Uint8Array | null>>> {
  const { late } = context.params;
  if (!late || late.isAuto) return {};
  const missing = stored.flatMap((one, index) => (typeof one === 'string' ? index : []));
  const texts = missing.map((index) => textOf(candidates[index]));
  if (missing.length === 0) return {};
  const window = candidates.find(({ target }) => target?.tokens)?.target?.tokens?.layout.window ?? late.window;
  const bits = await (await maker(model, window)).make(texts, late.budgetMs, run);
  return Object.fromEntries(missing.map((index, place) => [index, bits[place]?.tokenBits ?? null]));
}

/** As it was embedded. */
function textOf(candidate: RerankCandidate | undefined): string {
  const { payload = {}, target, text = '' } = candidate ?? {};
  return (target && storedText({ payload }, { chunking: target.chunking, ...keysOf(target) })) ?? text;
}

const keysOf = ({ payloadKeys }: NonNullable<RerankCandidate['target']>) => (payloadKeys ? { payloadKeys } : {});

interface MakerOptions extends Pick<BitsMakerOptions, 'model' | 'window' | 'encoders'> {
  readonly context: RerankerContext;
}

/** Loaded on use: a collection that keeps the bits needs none of it. */
async function openMaker({ context, ...options }: MakerOptions, run: RunOptions): Promise<BitsMaker> {
  const { openBitsMaker } = await import('./computed-bits.ts');
  const { places, params } = context;
  return openBitsMaker({ ...options, places, cacheBytes: params.late?.cacheBytes ?? 0 }, run);
}
