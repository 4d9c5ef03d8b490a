/**
 * What reranking is asked for.
 */
import type { RemoteParams } from './remote/remote-params.ts';

export type RerankerKind = 'late' | 'cross' | 'listwise' | 'endpoint';

/** What the user asked for. */
export interface RerankParams {
  /** One after the other, each on the best of the one before; empty: no reranking. */
  readonly kinds: readonly RerankerKind[];
  /** Candidates of the first stage that are reranked. */
  readonly depth: number;
  /** Candidates that a second reranker gets from the first. */
  readonly cascadeDepth: number;
  /** Of `cross`: name of a card, hub repository, or folder. */
  readonly crossModel: string;
  /** Sessions of a model side by side; 0: one for each core. */
  readonly workers: number;
  /** Takes the place of a `listwise` or `endpoint` that cannot be used; absent: the search fails then. */
  readonly fallback?: 'late' | 'cross';
  /** Of `listwise` and `endpoint`. */
  readonly remote: RemoteParams;
  /** Stop after this time and say so; absent: take as long as it takes. */
  readonly budgetMs?: number;
  readonly late?: LateParams;
}

/** Of late interaction alone. */
interface LateParams {
  /** Nobody asked for it by name: used where collections keep bits of token vectors, and none are made for a query. */
  readonly isAuto: boolean;
  /** Time to encode candidates that have none stored. */
  readonly budgetMs: number;
  /** Of collections that keep none. */
  readonly window: number;
  /** Size of the cache of vectors, in which made ones are kept; 0: not kept. */
  readonly cacheBytes: number;
}
