/**
 * How many records of each id were sent, and how many of them the server has not refused: what is in the collection
 * afterwards, and what counts as a duplicate.
 */
import type { PointId } from '../collection/points.ts';
import { createSeenIds } from './seen-ids.ts';

export interface Versions {
  /** Line of the first record that was sent; undefined where none was. */
  firstLine(id: PointId): number | undefined;
  /** Records of this id that were sent and not refused until now. */
  standing(id: PointId): number;
  sent(id: PointId, line: number): void;
  refused(id: PointId): void;
  /** Every id of which one record stands. */
  ids(): Generator<string | bigint, void, undefined>;
}

export function createVersions(expectedCount?: number): Versions {
  const seen = createSeenIds(expectedCount);
  // Only of ids with several records, and of refused ones: few, where the input is what it should be.
  const furtherSent = createSeenIds(16);
  const refusals = createSeenIds(16);
  const standing = (id: PointId): number =>
    seen.has(id) ? 1 + (furtherSent.get(id) ?? 0) - (refusals.get(id) ?? 0) : 0;
  return {
    firstLine: (id) => seen.get(id),
    standing,
    sent(id, line) {
      if (seen.add(id, line) !== undefined) furtherSent.set(id, (furtherSent.get(id) ?? 0) + 1);
    },
    refused: (id) => refusals.set(id, (refusals.get(id) ?? 0) + 1),
    *ids() {
      for (const id of seen.ids()) if (refusals.size === 0 || standing(id) > 0) yield id;
    },
  };
}
