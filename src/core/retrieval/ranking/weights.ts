/**
 * Weights of the ranking, on the scale of a cosine. Measured on the dev sets of benchmarks/quality, one value for all
 * corpora; docs/search.md has the ablations.
 */
export interface RankingWeights {
  /** Share of the query's words, by their rarity, that the chunk is full of. */
  readonly words: number;
  /** Names that the chunk defines are the query's words. */
  readonly definition: number;
  /** A word of the query, or the whole query, is exactly such a name. */
  readonly exact: number;
  /** The query's words are in path and file name (code only). */
  readonly path: number;
  /** Other chunks of the file rank well too. */
  readonly coherence: number;
  /** Lost for each hit of the same file before. */
  readonly repeat: number;
  /** Lost for each hit before that is a piece of the same definition, or of the text below the same heading. */
  readonly section: number;
  /** Lost by tests, examples, mocks, benches, type declarations and generated code. */
  readonly aside: number;
}

export const defaultWeights: RankingWeights = {
  words: 0.4,
  definition: 0.2,
  exact: 0.1,
  path: 0.1,
  coherence: 0.04,
  repeat: 0.015,
  section: 0.1,
  aside: 0.05,
};
