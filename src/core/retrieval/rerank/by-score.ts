/**
 * Scores become an order.
 */
import type { RerankedPlace } from './port.ts';

/**
 * Scored candidates by their score, equal ones as they came, in the places that scored ones had; one without a score keeps its
 * own place: what was not compared is neither better nor worse than it was.
 * @param scores Of each candidate, in the order in which they came.
 */
export function orderByScore(scores: readonly (number | null)[]): RerankedPlace[] {
  const scored = scores.flatMap((score, index) => (score === null ? [] : [{ index, score }]));
  const best = scored.toSorted((a, b) => b.score - a.score || a.index - b.index).values();
  return scores.map((score, index) => {
    const next = score === null ? undefined : best.next();
    return next?.done === false ? next.value : { index };
  });
}
