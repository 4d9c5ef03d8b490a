/**
 * The lexical side: qdx's own code-aware tokenizer and BM25 term weights. The server does IDF only.
 */

export interface SparseVector {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** Everything that decides what a `bm25` vector means: part of the collection's card. */
export interface LexicalSettings {
  /** Raised when the same text would give other terms. */
  readonly tokenizerVersion: number;
  /** How a term becomes a u32 index. */
  readonly hash: 'murmur3-32' | 'fnv1a-32';
  readonly k1: number;
  readonly b: number;
  /** Fixed average length in terms, since the server knows none. */
  readonly averageLength: number;
}
