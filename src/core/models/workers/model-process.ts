/**
 * Entry of one process that holds a model: opens it, answers orders one after the other. A crash of native code ends this
 * process alone; the one that started it goes on.
 */
import { isQdxError } from '../../../lib/errors.ts';
import { checkModelFile, checkTokenizerFile } from '../check-files.ts';
import { createTextEncoder } from '../encoders/text-encoder.ts';
import { openSession } from '../onnx/session.ts';
import { bulkSession } from '../onnx/session-options.ts';
import { openTokenizer } from '../open-tokenizer.ts';
import type { OpenOrder, SentError, WorkerAnswer, WorkerOrder, WorkOrder } from './messages.ts';

// oxlint-disable-next-line no-restricted-globals -- a process of its own has only its channel to speak through
const self = process;

/** One result a request, in order. */
type Work = (requests: readonly unknown[]) => Promise<readonly unknown[]>;

let work: Work | undefined;
let queue = Promise.resolve();

self.on('message', (order: WorkerOrder) => {
  queue = queue.then(() => obey(order));
});
// Ctrl-C, a hang-up and what a supervisor sends reach the whole group of processes; the parent decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) self.on(signal, () => {});
self.on('disconnect', () => self.exit());

async function obey(order: WorkerOrder): Promise<void> {
  try {
    send(order.type === 'open' ? await open(order) : await answer(order));
  } catch (error) {
    const sent = toSentError(error);
    send(order.type === 'open' ? { type: 'unusable', error: sent } : { type: 'failed', id: order.id, error: sent });
  }
}

async function open(order: OpenOrder): Promise<WorkerAnswer> {
  await Promise.all([checkModelFile(order.model), checkTokenizerFile(order.model)]);
  work = order.task === 'encode' ? await openEncoding(order) : await openScoring(order);
  return { type: 'ready' };
}

async function openEncoding(order: OpenOrder & { task: 'encode' }): Promise<Work> {
  const { model, device, batchTokens } = order;
  const tokenizer = await openTokenizer(model);
  const session = await openSession(model.modelFile, bulkSession(device));
  const encoder = createTextEncoder({ card: model.card, tokenizer, session, batchTokens });
  return (requests) => encoder.encode(requests as Parameters<typeof encoder.encode>[0]);
}

async function openScoring(order: OpenOrder & { task: 'score' }): Promise<Work> {
  const { openPairScoring } = await import('../scorers/score-pairs.ts');
  const scoring = await openPairScoring(order);
  return (requests) => scoring.score(requests as Parameters<typeof scoring.score>[0]);
}

async function answer({ id, requests }: WorkOrder): Promise<WorkerAnswer> {
  if (!work) throw new Error('a text came before the model');
  return { type: 'done', id, results: await work(requests) };
}

function send(message: WorkerAnswer): void {
  if (self.connected) self.send?.(message);
}

function toSentError(error: unknown): SentError {
  if (!isQdxError(error)) return { kind: null, message: error instanceof Error ? error.message : String(error) };
  return { kind: error.kind, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}
