/**
 * Encoder over a set of processes, for bulk: the calling thread only passes texts on. A crash ends one process; its text is
 * tried once more in a new one, and rejected with a TextCrashError where that ends too.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { EncodedText, Encoder } from '../encoder.ts';
import { openPool } from '../workers/open-pool.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import { startWorker } from '../workers/worker.ts';
import type { TextRequest } from './text-encoder.ts';
import type { FoundModel } from '../found-model.ts';
import { prepareText } from './prepare-text.ts';
import { type Environment, processEnvironment } from '../workers/process-environment.ts';
import type { WorkerDevice } from '../workers/messages.ts';

export interface ProcessEncoderOptions {
  readonly workers: number;
  readonly device: WorkerDevice;
  /** Texts share a padded run up to this many tokens; 0, as on CPU: one text a run. */
  readonly batchTokens: number;
  /** Of the caller; see processEnvironment. Absent: nothing. */
  readonly environment?: Environment;
}

/** Texts that a worker sorts by length at a time, where it pads. */
const textsPerPaddedOrder = 256;

/** @throws QdxError what a worker says while it opens the model. */
export async function createProcessEncoder(
  model: FoundModel,
  { workers, device, batchTokens, environment = {} }: ProcessEncoderOptions,
  run: RunOptions,
): Promise<Encoder> {
  const textsPerOrder = batchTokens === 0 ? 1 : textsPerPaddedOrder;
  const env = processEnvironment(environment);
  const pool = new WorkerPool<TextRequest, EncodedText>({
    what: 'encoder',
    workers,
    textsPerOrder,
    start: (listeners) => startWorker({ type: 'open', task: 'encode', model, device, batchTokens }, env, listeners),
    onEvent: run.onEvent,
  });
  const reasons = {
    stopped: 'stopped while texts were being encoded',
    closed: 'the encoder was closed before this text was encoded',
  };
  const close = await openPool(pool, reasons, run);
  return {
    card: model.card,
    kind: 'onnx',
    device: device.provider === 'cpu' ? 'cpu' : `cuda:${device.deviceId}`,
    parallel: workers * textsPerOrder,
    encode: async (text, { role, tokenVectors = false, tokenWindow = 0, signal }) =>
      pool.run({ text: prepareText(text, role, model.card), tokenVectors, tokenWindow }, signal),
    close: async () => close(),
  };
}
