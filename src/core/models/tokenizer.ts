/**
 * Tokenizer: a model's own tokenizer, as chunking and encoding need it.
 */
export interface TokenizedText {
  /** Ids with special tokens, cut to the limit with the closing special token kept. */
  readonly ids: Int32Array;
  readonly truncated: boolean;
}

export interface Tokenizer {
  /** Tokens of a text, special tokens not counted. */
  count(text: string): number;
  /** Special tokens that `encode` adds to every text. */
  readonly specialTokens: number;
  /** How many of them stand before the text; the others follow it. */
  readonly leadingSpecialTokens: number;
  encode(text: string, maxTokens: number): TokenizedText;
}
