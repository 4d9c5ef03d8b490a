/**
 * What the encoder and its processes say to each other (structured clone over the process channel).
 */
import type { ErrorKind } from '../../../lib/errors.ts';
import type { EncodedText } from '../encoder.ts';
import type { FoundModel } from '../find-model.ts';
import type { TextRequest } from './text-encoder.ts';

export interface OpenOrder {
  readonly type: 'open';
  readonly model: FoundModel;
  readonly device: WorkerDevice;
  /** Texts share a padded run up to this many tokens; 0: one text a run. */
  readonly batchTokens: number;
}

export interface EncodeOrder {
  readonly type: 'encode';
  readonly id: number;
  readonly requests: readonly TextRequest[];
}

export type WorkerOrder = OpenOrder | EncodeOrder;

export type WorkerDevice = { readonly provider: 'cpu' } | { readonly provider: 'cuda'; readonly deviceId: number };

/** A failure, in a form that survives the channel. */
export interface SentError {
  readonly kind: ErrorKind | null;
  readonly message: string;
  readonly hint?: string;
}

export type WorkerAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'encoded'; readonly id: number; readonly texts: readonly EncodedText[] }
  /** The model could not be opened. */
  | { readonly type: 'unusable'; readonly error: SentError }
  | { readonly type: 'failed'; readonly id: number; readonly error: SentError };
