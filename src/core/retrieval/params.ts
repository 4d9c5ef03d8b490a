/**
 * What a search is asked for, and what it answers.
 */
import type { RerankerCard } from '../models/cards/reranker-card.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { EncoderModel, FoundModel } from '../models/find-model.ts';
import type { PayloadKeys } from '../qdrant/collection/payload-keys.ts';
import type { Hit } from './hits/hit.ts';
import type { OpenedModels } from './opened-models.ts';
import type { RerankParams } from './rerank/port.ts';
import type { RerankStage } from './rerank/chain.ts';
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

export interface SearchPlaces {
  readonly cacheFolder: string;
  /** @param like The card of the vectors that are searched: see findModel. */
  readonly findModel: (name: string, like?: ModelCard) => Promise<EncoderModel>;
  /** Absent: there are no cross-encoders. */
  readonly findReranker?: (name: string) => Promise<FoundModel<RerankerCard>>;
  /** Of the caller; what encoders and rerankers in processes of their own get of it (processEnvironment). Absent: nothing. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Models that stay open for other searchers; absent: each searcher opens and closes its own. */
  readonly opened?: OpenedModels;
}

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
