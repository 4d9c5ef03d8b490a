/**
 * Which rows nothing beats in everything, and which of them holds what is asked for at the least cost.
 */
export interface Costed {
  readonly recall: { readonly mean: number; readonly lower: number };
  /** Against the reference in the same minutes, so that a busy machine costs all alike; larger is faster. */
  readonly speedUp: number;
  readonly ramBytes: number;
}

/** No other row is as good in recall, time and memory and better in one of them. */
export function paretoFront<T extends Costed>(rows: readonly T[]): T[] {
  return rows.filter((row) => !rows.some((other) => other !== row && dominates(other, row)));
}

function dominates(a: Costed, b: Costed): boolean {
  const isAsGood = a.recall.mean >= b.recall.mean && a.speedUp >= b.speedUp && a.ramBytes <= b.ramBytes;
  return isAsGood && (a.recall.mean > b.recall.mean || a.speedUp > b.speedUp || a.ramBytes < b.ramBytes);
}

/**
 * Holds: the lower end of the 95 % interval is at least `leastRecall`, so that a run of its own holds it too. Of those the
 * one with the least memory, then the fastest. Null where none does.
 */
export function cheapest<T extends Costed>(rows: readonly T[], leastRecall: number): T | null {
  const holding = rows.filter(({ recall }) => recall.lower >= leastRecall);
  return holding.toSorted((a, b) => a.ramBytes - b.ramBytes || b.speedUp - a.speedUp)[0] ?? null;
}
