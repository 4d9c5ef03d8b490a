/**
 * What is refused before a migration writes anything, and by its `--plan` as well.
 */
import { assertMayReplace, type OpenGuards } from '../switch/guards.ts';
import { assertNoOtherRun } from './earlier-runs.ts';
import { requestOf, sourceOf } from './make-staging.ts';
import type { MigratePlan } from './plan.ts';

export interface RunGuards extends OpenGuards {
  /** What unfinished migrations to this name left is removed first. */
  readonly restart: boolean;
}

/** @throws QdxError `usage` for an unfinished migration of another request, `refused` by a guard. */
export function assertMayRun(plan: MigratePlan, params: RunGuards): void {
  if (!params.restart) assertNoOtherRun(plan.others, { source: sourceOf(plan.source), request: requestOf(plan) });
  for (const replacement of plan.replacements) assertMayReplace(replacement, params);
}
