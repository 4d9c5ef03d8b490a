/**
 * What a `--plan` says of the names that something leads to now.
 */
import type { Replacement } from '../switch/guards.ts';

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

/** What the run has to be given where nobody can be asked; on a terminal it asks instead of `--yes`. */
export function neededFlags(replacements: readonly Replacement[], switchNames: boolean): string[] {
  if (!switchNames || replacements.length === 0) return [];
  return replacements.some(({ isPlain }) => isPlain) ? ['--allow-gap', '--yes'] : ['--yes'];
}

export const plannedReplacements = (replacements: readonly Replacement[]): PlannedReplacement[] =>
  replacements.map(({ name, physical, pointsNow, isPlain }) => ({
    name,
    collection: physical,
    points: pointsNow,
    leavesGap: isPlain,
  }));
