/**
 * Opens a cross-encoder in processes of its own: the calling thread only passes texts on.
 */
import { availableParallelism } from 'node:os';
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { RerankerCard } from './cards/reranker-card.ts';
import type { FoundModel } from './found-model.ts';
import { cpuDevice } from './onnx/devices.ts';
import type { PairScorer } from './pair-scorer.ts';
import type { PairRequest, PairScore } from './scorers/score-pairs.ts';
import { TextCrashError } from './text-crash.ts';
import { type Environment, processEnvironment } from './workers/process-environment.ts';
import { startWorker } from './workers/worker.ts';
import { openPool } from './workers/open-pool.ts';
import { WorkerPool } from './workers/worker-pool.ts';

export interface PairScorerOptions {
  /** Sessions, each a process of one thread; 0: one for each core. */
  readonly workers: number;
  /** Of the caller; see processEnvironment. Absent: nothing. */
  readonly environment?: Environment;
}

/**
 * Dtypes whose results do not depend on what shares the run: int8 takes the scale of its activations from the whole batch,
 * so that a score would change with its neighbours (by up to 0.07 of a spread of 2, measured on random weights).
 */
const exactInBatches: ReadonlySet<string> = new Set(['fp32', 'fp16']);
/** Tokens of a run that short windows share: what one core keeps in its cache. */
const tokensPerRun = 512;

/** @throws QdxError `verification` where a file is not the one of the card, or the graph is no cross-encoder. */
export async function openPairScorer(
  model: FoundModel<RerankerCard>,
  { workers: wanted, environment = {} }: PairScorerOptions,
  run: RunOptions = {},
): Promise<PairScorer> {
  const workers = wanted || availableParallelism();
  const batchTokens = exactInBatches.has(model.card.dtype) ? tokensPerRun : 0;
  const env = processEnvironment(environment);
  const pool = new WorkerPool<PairRequest, PairScore>({
    what: 'scorer',
    workers,
    textsPerOrder: batchTokens === 0 ? 1 : textsPerSharedOrder,
    start: (listeners) =>
      startWorker({ type: 'open', task: 'score', model, device: cpuDevice, batchTokens }, env, listeners),
    onEvent: run.onEvent,
  });
  const reasons = {
    stopped: 'stopped while texts were being reranked',
    closed: 'the scorer was closed before this text was scored',
  };
  const close = await openPool(pool, reasons, run);
  return {
    card: model.card,
    workers,
    score: async (query, texts, { order, until }) => {
      const scores = texts.map((): PairScore | null => null);
      await Promise.all(
        order.map(async (index) => {
          const text = texts[index] ?? '';
          scores[index] = await pool.run({ query, text }, until).catch((error: unknown) => nullIfLeftOut(error, until));
        }),
      );
      return scores;
    },
    close: async () => close(),
  };
}

/** Texts that a process sorts by length at a time, where short ones share a run. */
const textsPerSharedOrder = 8;

function nullIfLeftOut(error: unknown, until: AbortSignal | undefined): null {
  if (error instanceof TextCrashError) return null;
  if (until?.aborted && isQdxError(error) && error.kind === 'interrupted') return null;
  throw error;
}
