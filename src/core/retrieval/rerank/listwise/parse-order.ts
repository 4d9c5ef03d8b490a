/**
 * The answer of a listwise reranker: strictly `[2] > [1] > …`, and nothing is lost by what is wrong with it.
 */

export interface ParsedOrder {
  /** Indexes of all texts, best first: those named, then those left out, in the order they had. */
  readonly order: readonly number[];
  /** What was put right. */
  readonly repaired: { readonly doubled: number; readonly outOfRange: number; readonly missing: number };
}

const strictForm = /^\s*\[\d+\](?:\s*>\s*\[\d+\])*\s*$/;

/**
 * @returns null for anything but identifiers and `>`: digits of an error message ("Error 503") must never pass for a ranking.
 * Reasoning in front of the answer, up to `</think>`, is left out.
 */
export function parseOrder(answer: string, count: number): ParsedOrder | null {
  const text = answer.split('</think>').at(-1) ?? '';
  if (!strictForm.test(text)) return null;
  const named = [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits) - 1);
  const inRange = named.filter((index) => index >= 0 && index < count);
  const order = new Set(inRange);
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !order.has(index));
  return {
    order: [...order, ...missing],
    repaired: {
      doubled: inRange.length - order.size,
      outOfRange: named.length - inRange.length,
      missing: missing.length,
    },
  };
}
