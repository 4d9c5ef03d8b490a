/**
 * Opens the encoder of a model for what it is wanted for.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Encoder } from './encoder.ts';
import type { FoundModel } from './find-model.ts';
import { createInlineEncoder } from './inline-encoder.ts';

export interface EncoderOptions {
  readonly device: 'auto' | 'cpu' | 'cuda';
  /** 0: one for each core. */
  readonly workers: number;
  /** `query`: a few short texts, the fastest start. `bulk`: many texts, the highest rate. */
  readonly use: 'query' | 'bulk';
  /** The user's cache folder of qdx. */
  readonly cacheFolder: string;
}

export async function openEncoder(model: FoundModel, options: EncoderOptions, run: RunOptions = {}): Promise<Encoder> {
  void options;
  return await createInlineEncoder(model, run);
}
