/**
 * What a `--plan` says of the names that something leads to now.
 */
import { calledOtherwise, type Replacement } from '../switch/guards.ts';
import { type MigratePlan, type PlanInput, typedNames } from './plan.ts';

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

type NeedsInput = Pick<PlanInput, 'source' | 'target' | 'isSelected'> & { readonly switchNames: boolean };

/** What the run has to be given where nobody can be asked; on a terminal it asks instead of `--yes`. */
export function neededFlags(plan: Pick<MigratePlan, 'replacements' | 'aliases'>, input: NeedsInput): string[] {
  const { replacements } = plan;
  if (!input.switchNames || replacements.length === 0) return [];
  const others = calledOtherwise(replacements, typedNames(input, plan));
  return [
    ...(replacements.some(({ isPlain }) => isPlain) ? ['--allow-gap'] : []),
    ...others.map(({ physical }) => `--confirm ${physical}`),
    '--yes',
  ];
}

export const plannedReplacements = (replacements: readonly Replacement[]): PlannedReplacement[] =>
  replacements.map(({ name, physical, pointsNow, isPlain }) => ({
    name,
    collection: physical,
    points: pointsNow,
    leavesGap: isPlain,
  }));
