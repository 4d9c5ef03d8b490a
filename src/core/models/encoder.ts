/**
 * Encoder: the port from text to vectors. Adapters: ONNX Runtime on the calling thread, and in processes of its own on CPU or
 * CUDA; a service over HTTP.
 */
import type { ModelCard } from './cards/card.ts';
import type { Bill } from './endpoint/meter.ts';

export type EncodeRole = 'query' | 'document';

export interface EncodedText {
  /** `card.dimension` numbers, L2-normalised where the card says so. */
  readonly vector: Float32Array;
  /** Tokens that went into the model, special tokens included. */
  readonly tokenCount: number;
  /** True when the text was longer than the card's limit and its end was cut off. */
  readonly truncated: boolean;
  /** On request: one L2-normalised row per token, special tokens left out, row-major [tokens × dimension]. */
  readonly tokenVectors?: Float32Array;
  /** On request: their sign bits, see encoders/token-bits.ts. */
  readonly tokenBits?: Uint8Array;
}

export interface EncodeOptions {
  readonly role: EncodeRole;
  /** Also give the vectors before pooling. */
  readonly tokenVectors?: boolean;
  /** Also give the sign bits of the mean of each so many neighbouring token vectors; 0: none. */
  readonly tokenWindow?: number;
  readonly signal?: AbortSignal;
}

export interface Encoder {
  readonly card: ModelCard;
  readonly kind: 'onnx' | 'endpoint';
  /** Device and provider really used, for reports: `cpu`, `cuda:0`; of an endpoint its host. */
  readonly device: string;
  /** How many texts run at once; callers keep about twice as many in flight. */
  readonly parallel: number;
  /** What was asked of an endpoint until now; absent: nothing leaves the machine. */
  readonly bill?: Bill;
  /**
   * Encodes one text; the prefix of its role is added here and nowhere else. Texts queue inside and run one per session
   * run on CPU, so that a vector never depends on what was encoded beside it.
   * @throws TextCrashError where native code cannot survive this text, or an endpoint has no vector for it; others can be
   * encoded all the same.
   */
  encode(text: string, options: EncodeOptions): Promise<EncodedText>;
  close(): Promise<void>;
}
