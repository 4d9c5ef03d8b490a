/**
 * What a search is asked for.
 */
import type { PayloadKeys } from '../qdrant/collection/payload-keys.ts';
import type { RerankParams } from './rerank/params.ts';
import type { RankingWeights } from './ranking/weights.ts';

export type SearchMode = 'hybrid' | 'dense' | 'lexical';

/** What all queries of one searcher have in common. */
export interface SearchParams {
  /** Public names; at least one. */
  readonly collections: readonly string[];
  readonly mode: SearchMode;
  /** The user asked for this mode: it is never exchanged for another. */
  readonly modeIsExplicit: boolean;
  readonly limit: number;
  /** Candidates of each list, whatever the limit: what is ranked first does not depend on how much is shown. */
  readonly candidates: number;
  readonly filters: SearchFilters;
  /** Least cosine of a hit. */
  readonly minScore?: number;
  /** One hit for each file. */
  readonly groupBy?: 'path';
  /** Compare with every vector instead of walking the graph. */
  readonly exact: boolean;
  readonly ef: number;
  /** Of quantized collections; absent: as the server does by default. */
  readonly rescore?: boolean;
  /** Of quantized collections: candidates times the limit that are compared by their full vectors. */
  readonly oversampling: number;
  /** Flags of those two that the user typed: refused for a collection without quantization. */
  readonly typedForQuantized?: readonly string[];
  /** Lines of the file to add before and after each hit. */
  readonly contextLines: number;
  /** Say of each hit what every stage and signal gave it. */
  readonly explain: boolean;
  /** The model that the user names for this search: must be that of every collection with a card. */
  readonly model?: string;
  /** The model that the settings name: for collections without a card. */
  readonly settingsModel?: string;
  /** Name of the dense vector and payload keys of collections without a card. */
  readonly vectorName: string;
  readonly sparseName: string;
  readonly payloadKeys: PayloadKeys;
  /** Those three of single collections, by name, where they differ. */
  readonly ofCollection?: Readonly<Record<string, CardlessParams>>;
  /** Absent: no reranking. */
  readonly rerank?: RerankParams;
  /** Weights of the signals, in the first stage and in what reranking counts anew; absent: the measured defaults. For benchmarks. */
  readonly weights?: Partial<RankingWeights>;
}

/** What the settings say of a collection that has no card. */
export type CardlessParams = Pick<SearchParams, 'vectorName' | 'payloadKeys' | 'settingsModel'>;

export interface SearchFilters {
  /** As typed: `key=value`, `key!=value`, `key>=value`. All must hold. */
  readonly conditions: readonly string[];
  /** Globs over paths: any of `paths` and none of `excludes`. */
  readonly paths: readonly string[];
  readonly excludes: readonly string[];
  /** Any of these. */
  readonly subdirectories: readonly string[];
  readonly languages: readonly string[];
}
