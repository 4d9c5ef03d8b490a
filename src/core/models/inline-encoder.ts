/**
 * Encoder on the calling thread, for a query or a few: a worker's start would cost more than the run itself.
 */
import type { RunOptions } from '../../lib/events.ts';
import { QdxError } from '../../lib/errors.ts';
import type { Encoder } from './encoder.ts';
import type { FoundModel } from './find-model.ts';
import { openTokenizer } from './open-tokenizer.ts';
import { openSession } from './session.ts';
import { createTextEncoder } from './text-encoder.ts';

export async function createInlineEncoder(model: FoundModel, run: RunOptions): Promise<Encoder> {
  const { card } = model;
  const [tokenizer, session] = await Promise.all([
    openTokenizer(model),
    openSession(model.modelFile, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { optimization: { disable_specified_optimizers: 'SkipLayerNormFusion' } },
    }),
  ]);
  const encoder = createTextEncoder({ card, tokenizer, session });
  return {
    card,
    device: 'cpu',
    parallel: 1,
    encode: async (text, { role, tokenVectors = false, signal }) => {
      (signal ?? run.signal)?.throwIfAborted();
      if (text.trim() === '') throw new QdxError('usage', 'an empty text has no vector');
      const prefix = role === 'query' ? card.queryPrefix : card.documentPrefix;
      const [encoded] = await encoder.encode([{ text: prefix + text, tokenVectors }]);
      if (!encoded) throw new Error('a run of one text gave no vector');
      return encoded;
    },
    close: () => encoder.close(),
  };
}
