/**
 * What the process that started them and those that hold a model say to each other (structured clone over the process
 * channel).
 */
import type { ErrorKind } from '../../../lib/errors.ts';
import type { RerankerCard } from '../cards/reranker-card.ts';
import type { FoundModel } from '../found-model.ts';

export type OpenOrder = EncoderOrder | ScorerOrder;

/** Texts become vectors. */
interface EncoderOrder extends DeviceOrder {
  readonly task: 'encode';
  readonly model: FoundModel;
}

/** Pairs of query and text become scores. */
interface ScorerOrder extends DeviceOrder {
  readonly task: 'score';
  readonly model: FoundModel<RerankerCard>;
}

interface DeviceOrder {
  readonly type: 'open';
  readonly device: WorkerDevice;
  /** Texts share a padded run up to this many tokens; 0: one text a run. */
  readonly batchTokens: number;
}

export interface WorkOrder<Request = unknown> {
  readonly type: 'work';
  readonly id: number;
  readonly requests: readonly Request[];
}

export type WorkerOrder<Request = unknown> = OpenOrder | WorkOrder<Request>;

export type WorkerDevice = { readonly provider: 'cpu' } | { readonly provider: 'cuda'; readonly deviceId: number };

/** A failure, in a form that survives the channel. */
export interface SentError {
  readonly kind: ErrorKind | null;
  readonly message: string;
  readonly hint?: string;
}

export type WorkerAnswer<Result = unknown> =
  | { readonly type: 'ready' }
  /** One result a request, in order. */
  | { readonly type: 'done'; readonly id: number; readonly results: readonly Result[] }
  /** The model could not be opened. */
  | { readonly type: 'unusable'; readonly error: SentError }
  | { readonly type: 'failed'; readonly id: number; readonly error: SentError };
