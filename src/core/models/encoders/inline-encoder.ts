/**
 * Encoder on the calling thread, for one query or a few: starting a worker would cost more than the run itself.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { checkTokenizerFile } from '../check-files.ts';
import type { Encoder } from '../encoder.ts';
import type { FoundModel } from '../found-model.ts';
import { openQuerySession } from '../onnx/mapped-model.ts';
import { openTokenizer } from '../open-tokenizer.ts';
import { prepareText } from './prepare-text.ts';
import { createTextEncoder } from './text-encoder.ts';

export async function createInlineEncoder(model: FoundModel, cacheFolder: string, run: RunOptions): Promise<Encoder> {
  const { card } = model;
  const [tokenizer] = await Promise.all([openTokenizer(model, 'query'), checkTokenizerFile(model)]);
  const session = await openQuerySession(model, cacheFolder);
  const encoder = createTextEncoder({ card, tokenizer, session, batchTokens: 0 });
  return {
    card,
    kind: 'onnx',
    device: 'cpu',
    parallel: 1,
    encode: async (text, { role, tokenVectors = false, tokenWindow = 0, signal = run.signal }) => {
      if (signal?.aborted) throw new QdxError('interrupted', 'stopped before the text was encoded');
      const [encoded] = await encoder.encode([{ text: prepareText(text, role, card), tokenVectors, tokenWindow }]);
      if (!encoded) throw new Error('a run of one text gave no vector');
      return encoded;
    },
    close: () => encoder.close(),
  };
}
