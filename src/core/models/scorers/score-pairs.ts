/**
 * Pairs to logits with one session, inside of a process of its own: tokenize, cut into windows, run, take the best window.
 */
import { planBatches, runHalving } from '../encoders/batches.ts';
import type { FoundModel } from '../found-model.ts';
import { openPairSession, type PairSession } from '../onnx/pair-session.ts';
import { bulkSession } from '../onnx/session-options.ts';
import { openPairTokenizer, type PairTokens } from '../pair-tokenizer.ts';
import type { RerankerCard } from '../cards/reranker-card.ts';
import type { WorkerDevice } from '../workers/messages.ts';

export interface PairRequest {
  readonly query: string;
  readonly text: string;
}

export interface PairScore {
  /** Of the best window. */
  readonly logit: number;
  /** Runs that the text took; 1 where it fits beside the query. */
  readonly windows: number;
  /** All windows together, special tokens included. */
  readonly tokens: number;
}

export interface PairScoring {
  /** One result a request, in order. */
  score(requests: readonly PairRequest[]): Promise<PairScore[]>;
}

export interface PairScoringParts {
  readonly model: FoundModel<RerankerCard>;
  readonly device: WorkerDevice;
  /** Windows share a padded run up to this many tokens; 0: one a run, so that no score depends on its neighbours. */
  readonly batchTokens: number;
}

/**
 * Tokens of a window at most: attention grows with the square of the length, and what a longer window adds to the best of
 * several shorter ones is not known for any model that qdx has a card of.
 */
const windowTokens = 512;

export async function openPairScoring({ model, device, batchTokens }: PairScoringParts): Promise<PairScoring> {
  const tokenizer = await openPairTokenizer(model);
  const session = await openPairSession(model.modelFile, bulkSession(device));
  const maxTokens = Math.min(model.card.maxTokens, windowTokens);
  return {
    score: async (requests) => {
      const texts = requests.map(({ query, text }) => tokenizer.windows(query, text, maxTokens));
      const windows = texts.flatMap((own, text) => own.map((tokens) => ({ text, tokens })));
      const logits = await runAll(
        windows.map(({ tokens }) => tokens),
        session,
        batchTokens,
      );
      return texts.map((own, text) => ({
        logit: Math.max(...windows.flatMap((window, at) => (window.text === text ? (logits[at] ?? []) : []))),
        windows: own.length,
        tokens: own.reduce((sum, { ids }) => sum + ids.length, 0),
      }));
    },
  };
}

/** One logit a window, in order. */
async function runAll(windows: readonly PairTokens[], session: PairSession, batchTokens: number): Promise<number[]> {
  const logits: number[] = [];
  const lengths = windows.map(({ ids }) => ids.length);
  for (const batch of planBatches(lengths, batchTokens)) {
    const members = batch.flatMap((at) => windows[at] ?? []);
    const results = await runHalving(members, (some) => session.run(some));
    batch.forEach((at, place) => {
      const logit = results[place];
      if (logit !== undefined) logits[at] = logit;
    });
  }
  return logits;
}
