/**
 * The switch of a migration, and what comes after it: late writes, the mark, the journal. Also for a run that finds it done by
 * an earlier one that was killed.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { carryLateWrites, type LateReport } from '../delta/late-writes.ts';
import { readScans, type SavedScans, saveScans } from '../delta/saved-scans.ts';
import type { IndexFolder } from '../delta/scan-index.ts';
import type { Side } from '../delta/side.ts';
import { reached } from '../steps.ts';
import { switchAliases } from '../switch-aliases.ts';
import { noteState, readTransfer } from '../transfer-journal.ts';
import { writeTransferMark } from '../transfer-mark.ts';
import type { FillStrategy } from './fill-strategy.ts';
import type { MigratePlan } from './plan.ts';

export interface SwitchInput {
  readonly plan: MigratePlan;
  readonly strategy: FillStrategy;
  readonly staging: Side;
  readonly folder: IndexFolder;
  /** Scans of the old collection after the switch, at most; 0: late writes are not looked for. */
  readonly rounds: number;
  readonly parallel: number;
}

/** All names in one step, then what still reached the source; null where that was not looked for. */
export async function switchIn(
  input: SwitchInput,
  scans: Omit<SavedScans, 'origin'>,
  run: RunOptions,
): Promise<LateReport | null> {
  const { plan, staging, folder } = input;
  const { target, aliases, replacements, mark } = plan;
  const { physical } = staging;
  await saveScans(folder, { origin: mark.origin, ...scans });
  run.signal?.throwIfAborted();
  const leadsTo = (alias: string) => replacements.find(({ name }) => name === alias)?.physical ?? null;
  await switchAliases(
    target,
    aliases.map((alias) => ({ alias, physical, from: leadsTo(alias) })),
  );
  reached(run, 'migrate.switched');
  await noteState(target, physical, 'switched');
  reached(run, 'migrate.switch-noted');
  return finishLate(input, scans, run);
}

/** Null where the scans of the run that switched are not here: late writes cannot be told then. */
export async function finishSwitched(input: SwitchInput, run: RunOptions): Promise<LateReport | null> {
  const { plan, folder } = input;
  const scans = await readScans(folder, plan.mark.origin);
  if (scans) return finishLate(input, scans, run);
  const record = await readTransfer(plan.target, plan.staging.physical);
  const where = record ? ` (they were on ${record.owner.host})` : '';
  run.onEvent?.({
    type: 'warning',
    message:
      `an earlier run was killed after the switch, and its scans are not here${where}: writes that still reached ` +
      `${plan.source.physical} in that moment were not looked for`,
  });
  await markLive(plan);
  return null;
}

async function finishLate(
  { plan, strategy, staging, folder, rounds, parallel }: SwitchInput,
  { oldIndex, currentIndex }: Omit<SavedScans, 'origin'>,
  run: RunOptions,
): Promise<LateReport | null> {
  const make: Parameters<typeof carryLateWrites>[0]['make'] = async (points) => strategy.make(points, run);
  const sides = { old: plan.source, oldIndex, current: staging, currentIndex };
  const isCurrent: FillStrategy['isCurrent'] = (old, current) => strategy.isCurrent(old, current);
  const late =
    rounds === 0 ? null : await carryLateWrites({ ...sides, folder, rounds, parallel, make, isCurrent }, run);
  reached(run, 'migrate.late-carried');
  await markLive(plan);
  reached(run, 'migrate.marked');
  return late;
}

async function markLive(plan: MigratePlan): Promise<void> {
  const { target, staging, mark } = plan;
  await writeTransferMark(target, staging.physical, { ...mark, state: 'live', at: new Date().toISOString() });
  await noteState(target, staging.physical, 'done');
}
