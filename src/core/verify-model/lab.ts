/**
 * What the checks work with: the parts of an encoder one by one, and the encoders that commands use.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { EncodedText, Encoder } from '../models/encoder.ts';
import type { EncoderModel, FoundModel } from '../models/found-model.ts';
import { openEncoder } from '../models/open-encoder.ts';
import type { DeviceChoice } from '../models/onnx/devices.ts';
import { openTokenizer } from '../models/open-tokenizer.ts';
import { type ModelOutput, openSession } from '../models/onnx/session.ts';
import { bulkSession } from '../models/onnx/session-options.ts';
import { createTextEncoder } from '../models/encoders/text-encoder.ts';
import type { Tokenizer } from '../models/tokenizer.ts';

/** Of any model: what checks of its vectors alone need. */
export interface VectorLab {
  readonly model: EncoderModel;
  /** Encodes a text as it stands, no prefix added. */
  readonly raw: (text: string) => Promise<EncodedText>;
  readonly query: Encoder;
  readonly bulk: Encoder;
  /** From opening the query encoder to its first vector. */
  readonly openMs: number;
  close(): Promise<void>;
}

/** Of a model whose files are here. */
export interface Lab extends VectorLab {
  readonly model: FoundModel;
  readonly tokenizer: Tokenizer;
  /** What the graph gives before any pooling. */
  readonly rows: (text: string) => Promise<{ readonly output: ModelOutput; readonly tokenCount: number }>;
}

export interface LabOptions {
  readonly device: DeviceChoice;
  readonly workers: number;
  readonly cacheFolder: string;
  /** For the encoder's processes; see EncoderOptions. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export async function openLab(model: FoundModel, options: LabOptions, run: RunOptions): Promise<Lab> {
  const tokenizer = await openTokenizer(model);
  const session = await openSession(model.modelFile, bulkSession({ provider: 'cpu' }));
  const encoder = createTextEncoder({ card: model.card, tokenizer, session, batchTokens: 0 });
  const start = performance.now();
  const query = await openEncoder(model, { ...options, device: 'cpu', use: 'query' }, run);
  await query.encode('the first query', { role: 'query' });
  const openMs = performance.now() - start;
  const bulk = await openEncoder(model, { ...options, use: 'bulk' }, { ...run, onEvent: warningsOf(run) });
  return {
    model,
    tokenizer,
    raw: async (text) => {
      const [encoded] = await encoder.encode([{ text, tokenVectors: false }]);
      if (!encoded) throw new Error('a run of one text gave no vector');
      return encoded;
    },
    rows: async (text) => {
      const { ids } = tokenizer.encode(text, model.card.maxTokens);
      return { output: await session.run([ids]), tokenCount: ids.length };
    },
    query,
    bulk,
    openMs,
    close: async () => {
      await Promise.all([encoder.close(), query.close(), bulk.close()]);
    },
  };
}

/** The notes of the model were said when the first encoder was opened. */
const warningsOf =
  ({ onEvent }: RunOptions): NonNullable<RunOptions['onEvent']> =>
  (event) => {
    if (event.type !== 'note') onEvent?.(event);
  };
