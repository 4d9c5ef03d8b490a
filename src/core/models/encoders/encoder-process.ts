/**
 * Entry of one encoder process: holds one session, answers orders one after the other. A crash of native code ends this
 * process alone; the one that started it goes on.
 */
import { isQdxError } from '../../../lib/errors.ts';
import { checkModelFile, checkTokenizerFile } from '../check-files.ts';
import { openTokenizer } from '../open-tokenizer.ts';
import { openSession } from '../onnx/session.ts';
import { bulkSession } from '../onnx/session-options.ts';
import { createTextEncoder, type TextEncoder } from './text-encoder.ts';
import type { EncodeOrder, OpenOrder, SentError, WorkerAnswer, WorkerOrder } from './worker-messages.ts';

// oxlint-disable-next-line no-restricted-globals -- a process of its own has only its channel to speak through
const self = process;

let encoder: TextEncoder | undefined;
let queue = Promise.resolve();

self.on('message', (order: WorkerOrder) => {
  queue = queue.then(() => obey(order));
});
// Ctrl-C, a hang-up and what a supervisor sends reach the whole group of processes; the parent decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) self.on(signal, () => {});
self.on('disconnect', () => self.exit());

async function obey(order: WorkerOrder): Promise<void> {
  try {
    send(order.type === 'open' ? await open(order) : await encode(order));
  } catch (error) {
    const sent = toSentError(error);
    send(order.type === 'open' ? { type: 'unusable', error: sent } : { type: 'failed', id: order.id, error: sent });
  }
}

async function open({ model, device, batchTokens }: OpenOrder): Promise<WorkerAnswer> {
  await Promise.all([checkModelFile(model), checkTokenizerFile(model)]);
  const tokenizer = await openTokenizer(model);
  const session = await openSession(model.modelFile, bulkSession(device));
  encoder = createTextEncoder({ card: model.card, tokenizer, session, batchTokens });
  return { type: 'ready' };
}

async function encode({ id, requests }: EncodeOrder): Promise<WorkerAnswer> {
  if (!encoder) throw new Error('a text came before the model');
  return { type: 'encoded', id, texts: await encoder.encode(requests) };
}

function send(answer: WorkerAnswer): void {
  if (self.connected) self.send?.(answer);
}

function toSentError(error: unknown): SentError {
  if (!isQdxError(error)) return { kind: null, message: error instanceof Error ? error.message : String(error) };
  return { kind: error.kind, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}
