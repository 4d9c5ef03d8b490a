/**
 * Rankings that cannot be compared by score, merged by rank.
 */

/** Damping of Reciprocal Rank Fusion (Cormack, Clarke and Büttcher 2009). */
const rrfK = 60;

export interface MergedItem<T> {
  readonly item: T;
  readonly score: number;
}

/** Sum of 1 / (60 + rank) over the lists; here each item is in one list only, so the lists take turns. */
export function mergeByRank<T>(lists: readonly (readonly T[])[]): MergedItem<T>[] {
  return lists
    .flatMap((list, order) => list.map((item, index) => ({ item, order, score: 1 / (rrfK + index + 1) })))
    .toSorted((a, b) => b.score - a.score || a.order - b.order)
    .map(({ item, score }) => ({ item, score }));
}
