/**
 * What a search answers.
 */
import type { Hit } from './hits/hit.ts';
import type { SearchMode } from './params.ts';
import type { RerankStage } from './rerank/chain.ts';

interface SearchedCollection {
  readonly name: string;
  readonly mode: SearchMode;
  /** Model that encoded the query; null where none was needed. */
  readonly model: string | null;
  /** What ran it, and on which device; null where none was needed. `cached`: the query's vector was there already. */
  readonly encoder: {
    readonly kind: 'onnx' | 'endpoint';
    readonly device: string;
    readonly dtype: string;
    readonly cached: boolean;
  } | null;
}

/** Milliseconds; `totalMs` is from the call to the answer, opening the collections not counted. */
interface SearchTiming {
  readonly encodeMs: number;
  readonly serverMs: number;
  readonly rankMs: number;
  readonly totalMs: number;
}

export interface SearchResponse {
  readonly query: string;
  /** The one mode of all collections, or `mixed`. */
  readonly mode: SearchMode | 'mixed';
  readonly collections: readonly SearchedCollection[];
  /** `score`: one ranking by score. `rank`: lists of different vector spaces, merged by rank. */
  readonly mergedBy: 'score' | 'rank';
  readonly hits: readonly Hit[];
  /** Candidates of the first stage, all collections together. */
  readonly numCandidates: number;
  /** All rerankers together, milliseconds; 0 where nothing was reranked. */
  readonly rerankTimeMs: number;
  /** What each reranker did, in their order; empty where nothing was reranked. */
  readonly reranking: readonly RerankStage[];
  readonly timing: SearchTiming;
}
