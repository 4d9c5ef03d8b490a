/**
 * What a run embedded: first filling, what changed meanwhile, and late writes together.
 */
export interface ReembedCounts {
  /** Points that were made: each is written. */
  made: number;
  /** Of these: vector made by the model. */
  embedded: number;
  /** Of these: vector from the cache. */
  cached: number;
  /** Of these: longer than the model reads, their end was cut off. */
  truncated: number;
  /** Of these: without a vector, since they have no text (`--allow-without-text`). */
  withoutText: number;
  /** Of these: without a vector, since the model cannot survive their text (`--allow-without-text`). */
  failed: number;
  /** Tokens that the model read. */
  tokens: number;
}

export const noCounts = (): ReembedCounts => ({
  made: 0,
  embedded: 0,
  cached: 0,
  truncated: 0,
  withoutText: 0,
  failed: 0,
  tokens: 0,
});
