/**
 * PairScorer: the port from pairs of query and text to scores, as a cross-encoder gives them.
 */
import type { RerankerCard } from './cards/reranker-card.ts';
import type { PairScore } from './scorers/score-pairs.ts';

export interface PairScorer {
  readonly card: RerankerCard;
  /** Sessions side by side. */
  readonly workers: number;
  /**
   * One result a text, in order; null for those that were not reached when the signal came, and for a text that native code
   * cannot survive.
   * @param order Indexes of the texts in the order in which they are to be run.
   */
  score(
    query: string,
    texts: readonly string[],
    options: { readonly order: readonly number[]; readonly until?: AbortSignal },
  ): Promise<(PairScore | null)[]>;
  close(): Promise<void>;
}
