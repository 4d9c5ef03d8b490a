/**
 * Reranker: the port from a ranked list to a better order of it. Adapters: late interaction, a cross-encoder, a language
 * model that orders lists, and the rerank endpoints of others. All of them are lossless: what one cannot score keeps its
 * place among the candidates, and is counted.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchPlaces } from '../places.ts';
import type { RankingWeights } from '../ranking/weights.ts';
import type { QueryEncoders } from '../query-encoders.ts';
import type { RerankerKind, RerankParams } from './params.ts';
import type { SearchTarget } from '../target.ts';

export interface RerankCandidate {
  readonly id: string | number | bigint;
  readonly text: string;
  /** Of the point, with whatever was stored for reranking; empty for candidates from elsewhere. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** The collection that it is from; absent for candidates from elsewhere. */
  readonly target?: SearchTarget;
  /** Place in the order that is reranked, from 1. */
  readonly rank: number;
  /** What that order was made by; absent where it has no scores. */
  readonly score?: number;
  /** That score before further pieces of a section made room; absent where none had to. */
  readonly undemoted?: number;
  /** To the query's vector; absent where the point has none that says something of angles. */
  readonly cosine?: number;
}

/** One place of the new order. */
export interface RerankedPlace {
  /** Of the candidate, in the list that was given. */
  readonly index: number;
  /** Larger is better; absent where the kind gives none, and for a candidate that was not scored. */
  readonly score?: number;
}

export interface Reranking {
  /** Best first; every candidate once. */
  readonly order: readonly RerankedPlace[];
  /** Candidates that were really compared; the others kept their place. */
  readonly scored: number;
  /** What went wrong, by what it was: `timeout`, `malformed`, …; empty where all went well. */
  readonly failures: Readonly<Record<string, number>>;
  /** Another reranker did it, in the place of this one, and why. */
  readonly by?: { readonly kind: RerankerKind; readonly name: string; readonly reason: string };
  /** Requests to an endpoint, repeated ones counted; absent for kinds that ask none. */
  readonly requests?: number;
  /** Sentences for the report on what was left out, and why. */
  readonly notes?: readonly string[];
}

export interface Reranker {
  readonly kind: RerankerKind;
  /** For reports: the model, and where it is if not here. */
  readonly name: string;
  /** Loads what the first call would load, while something else is waited for. */
  warm?(): Promise<void>;
  /** @throws QdxError where it cannot be used at all; single failures are counted instead. */
  rerank(query: string, candidates: readonly RerankCandidate[], run: RunOptions): Promise<Reranking>;
  close(): Promise<void>;
}

/** What rerankers are opened with. */
export interface RerankerContext {
  readonly params: RerankParams;
  readonly places: SearchPlaces;
  /** Those that made the order which is reranked, where they are not the defaults. */
  readonly weights?: Partial<RankingWeights>;
  /** Encoders of the queries of a search, opened once; absent outside of one. */
  readonly encoders?: QueryEncoders;
  /** To the server that the candidates are from; absent for candidates from elsewhere. */
  readonly connection?: Connection;
}

export type OpenReranker = (context: RerankerContext, run: RunOptions) => Promise<Reranker>;
