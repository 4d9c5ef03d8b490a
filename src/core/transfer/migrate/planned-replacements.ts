/**
 * What a `--plan` says of the names that something leads to now.
 */
import type { Replacement } from '../guards.ts';

export interface PlannedReplacement {
  readonly name: string;
  readonly collection: string;
  readonly points: number;
  /**
   * The name is the collection's own: it is copied on its server, deleted when both are proven equal, and for a moment leads
   * nowhere (`--allow-gap`).
   */
  readonly leavesGap: boolean;
}

export const plannedReplacements = (replacements: readonly Replacement[]): PlannedReplacement[] =>
  replacements.map(({ name, physical, pointsNow, isPlain }) => ({
    name,
    collection: physical,
    points: pointsNow,
    leavesGap: isPlain,
  }));
