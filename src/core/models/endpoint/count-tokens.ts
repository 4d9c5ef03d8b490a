/**
 * Tokens of a model whose tokenizer is not on this machine: an estimate, and labelled as one wherever it is shown.
 */
import type { Tokenizer } from '../tokenizer.ts';

/** What OpenAI gives as the rule of thumb for English; code has fewer characters to a token. */
const charsPerToken = 4;

/** Four characters to a token, but one each beyond Latin letters, where tokenizers split finer. */
export function estimateTokens(text: string): number {
  const beyondLatin = text.match(/[\u0250-\uffff]/g)?.length ?? 0;
  return Math.ceil((text.length - beyondLatin) / charsPerToken) + beyondLatin;
}

/** The first and the last token of BERT-like models. */
const specialTokens = 2;

/** For cutting texts. Its ids are places in the text, no ids of any vocabulary. */
export const estimatingTokenizer: Tokenizer = {
  specialTokens,
  leadingSpecialTokens: 1,
  count: estimateTokens,
  encode: (text, maxTokens) => {
    const count = estimateTokens(text) + specialTokens;
    return {
      ids: Int32Array.from({ length: Math.min(count, maxTokens) }, (_, at) => at),
      truncated: count > maxTokens,
    };
  },
};
