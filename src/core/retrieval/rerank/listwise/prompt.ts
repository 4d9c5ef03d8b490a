/**
 * The prompt of CodeRankLLM, word for word as the model was trained with it (gangiswag/llm-reranker, commit 2d7cba4,
 * scripts/utils/llm_util.py).
 */

export const codeRankLlm = 'nomic-ai/CodeRankLLM';

export interface ChatMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

const system =
  'You are CodeRanker, an intelligent code reviewer that can analyze doc strings and rank code snippets based on their relevance to the doc string.';

/** Characters of a text that stand for the 1,024 tokens the authors cut to: three a token, as code has. */
export const textChars = 3 * 1024;

/** @param maxChars Of each text; the rest of it is left out. */
export function listwisePrompt(query: string, texts: readonly string[], maxChars = textChars): ChatMessage[] {
  const count = texts.length;
  const before = `I will provide you with ${count} code snippets, each indicated by a numerical identifier []. Rank the code snippets based on their relevance to the functionality described by the following doc string: ${query}.\n`;
  const items = texts.map((text, index) => `[${index + 1}] ${withoutIdentifiers(text.slice(0, maxChars))}\n`).join('');
  const after = `Doc String: ${query}.\nRank the ${count} code snippets above based on their relevance to the functionality described by the doc string. All the code snippets should be included and listed using identifiers, in descending order of relevance. The output format should be [] > [], e.g., [2] > [1]. Only respond with the ranking results, do not say any word or explain.`;
  return [
    { role: 'system', content: system },
    { role: 'user', content: `${before}\n${items}${after}` },
  ];
}

/**
 * A text must not speak for another one, nor for the chat: `[3]` becomes `(3)`, as the authors do, and a mark of a chat
 * template (`<|im_end|>`) is broken up.
 */
const withoutIdentifiers = (text: string): string => text.replaceAll(/\[(\d+)\]/g, '($1)').replaceAll('<|', '< |');

/** Room for `[10] > ` for every text; an answer that needs more is none. */
export const answerTokens = (count: number): number => 8 * count + 16;
