/**
 * The vectors file: the one hand-over format between whoever cuts, whoever embeds and whoever uploads.
 * JSON lines: a header, one record a line, a footer; complete only with its footer. Specified in docs/vectors-file.md.
 */
import type { ChunkingSettings, ChunkPayload } from '../corpus/chunk.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { LexicalSettings, SparseVector } from '../lexical/lexical.ts';

export const vectorsFileFormat = 'qdx-vectors';
export const vectorsFileVersion = 1;
/** What lexical terms are called in a record's `vectors`, whatever a collection calls them. */
export const termsName = 'bm25';

export interface VectorsFileHeader {
  readonly format: typeof vectorsFileFormat;
  readonly version: number;
  /** `chunks`: records carry `text` and no vector yet; `vectors`: they carry vectors. */
  readonly kind: 'chunks' | 'vectors';
  readonly runId: string;
  readonly model: ModelCard;
  readonly chunking: ChunkingSettings | null;
  readonly lexical: LexicalSettings | null;
  /** How the `tokenVectors` of its records were made; absent or null: they have none. */
  readonly tokenVectors?: { readonly window: number; readonly encoding: 'sign' } | null;
  /** Names of the embedded roots. */
  readonly sources: readonly string[];
  /** 1-based. */
  readonly shard: number;
  readonly shards: number;
  /** sha256 over ids and text hashes of the whole run's input, in order: equal for all shards of a run. */
  readonly inputHash: string;
  /** Records in this file. */
  readonly count: number;
  /** Records in the whole run. */
  readonly totalCount: number;
}

export interface VectorRecord {
  /** UUID, or an unsigned integer as a bigint or number; written as a bare JSON number. */
  readonly id: string | number | bigint;
  readonly vector?: Float32Array;
  /** Kind `chunks` only: the text to embed, prefix not added. */
  readonly text?: string;
  readonly payload: ChunkPayload | Readonly<Record<string, unknown>>;
  /** Further named vectors. */
  readonly vectors?: Readonly<Record<string, SparseVector>>;
  /** What is kept of the token vectors, for late interaction. */
  readonly tokenVectors?: PackedTokenVectors;
}

/** Sign bits of mean-pooled neighbouring token vectors: rows × ceil(dimension / 8) bytes, base64. See packed-tokens.ts. */
export interface PackedTokenVectors {
  readonly rows: number;
  readonly window: number;
  readonly encoding: 'sign';
  /** First 16 hex digits of the fingerprint of the vector space. */
  readonly space: string;
  readonly data: string;
}

export interface VectorsFileFooter {
  readonly footer: true;
  /** Records that are there. */
  readonly count: number;
  /** Records that the header announces and that could not be made; absent: none. */
  readonly rejected?: number;
  /** sha256, hex, of all bytes before this line. */
  readonly sha256: string;
}
