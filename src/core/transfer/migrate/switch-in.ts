/**
 * The switch of a migration, and what comes after it: late writes, the marks, the journal. Also for a run that finds it done by
 * an earlier one that was killed.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { isSameServer } from '../../qdrant/connection/same-server.ts';
import { carryLateWrites, type LateReport } from '../delta/late-writes.ts';
import { readScans, type SavedScans, saveScans } from '../delta/saved-scans.ts';
import type { IndexFolder } from '../delta/scan-index.ts';
import type { Side } from '../points/side.ts';
import { howToCompare } from '../delta/how-to-compare.ts';
import { type KeptCollection, keptByMark, noteDone, replacedByAlias } from '../switch/kept-collections.ts';
import type { NameGap } from '../switch/plain/give-up-plain.ts';
import { reached } from '../journal/steps.ts';
import { switchAliases } from '../switch/switch-aliases.ts';
import { takeName } from '../switch/take-name.ts';
import { noteState, readTransfer } from '../journal/transfer-journal.ts';
import type { FillStrategy } from './fill-strategy.ts';
import type { MigratePlan } from './plan.ts';

export interface SwitchInput {
  readonly plan: MigratePlan;
  readonly strategy: FillStrategy;
  readonly staging: Side;
  readonly folder: IndexFolder;
  /** Scans of the old collection after the switch, at most; 0: late writes are not looked for. */
  readonly rounds: number;
  readonly batchSize: number;
  readonly parallel: number;
  /** Also where the writers of a plain collection cannot be held off. */
  readonly allowConcurrentWrites: boolean;
}

export interface Switched {
  /** Null where late writes could not be looked for. */
  readonly late: LateReport | null;
  /** Collections that the names led to; of a plain one its copy. */
  readonly kept: readonly string[];
  readonly gap: NameGap | null;
}

/** All names in one step, or that of a plain collection with its gap; then what still reached the source. */
export async function switchIn(
  input: SwitchInput,
  scans: Omit<SavedScans, 'origin'>,
  run: RunOptions,
): Promise<Switched> {
  const { plan, staging, folder } = input;
  await saveScans(folder, { origin: plan.mark.origin, ...scans });
  run.signal?.throwIfAborted();
  const given = await giveNames(input, run);
  reached(run, 'migrate.switched');
  await noteState(plan.target, staging.physical, 'switched');
  reached(run, 'migrate.switch-noted');
  return { ...(await finishLate(input, given, scans, run)), gap: given.gap };
}

/** Where the scans of the run that switched are not here, late writes cannot be told. */
export async function finishSwitched(input: SwitchInput, run: RunOptions): Promise<Switched> {
  const { plan, folder } = input;
  const given = { kept: await keptByMark(plan.target, plan.mark, run), gap: null, old: plan.source };
  const scans = await readScans(folder, plan.mark.origin);
  if (scans) return { ...(await finishLate(input, given, scans, run)), gap: null };
  const record = await readTransfer(plan.target, plan.staging.physical);
  const sides = { old: plan.source, current: { connection: plan.target, physical: plan.staging.physical } };
  const where = record ? ` (they were on ${record.owner.host})` : '';
  run.onEvent?.({
    type: 'warning',
    message:
      `an earlier run was killed after the switch, and its scans are not here${where}: writes that still reached ` +
      `${plan.source.physical} in that moment were not looked for; ${howToCompare({ ...sides, isCopy: input.strategy.isExact })}`,
  });
  await noteLive(plan, given.kept, run);
  return { late: null, kept: given.kept.map(({ kept }) => kept), gap: null };
}

interface GivenNames {
  /** The one that the migration's own name led to comes first. */
  readonly kept: readonly KeptCollection[];
  readonly gap: NameGap | null;
  /** Where late writes are looked for. */
  readonly old: Side;
}

async function giveNames(input: SwitchInput, run: RunOptions): Promise<GivenNames> {
  const { plan, staging } = input;
  const plain = plan.replacements.find(({ isPlain }) => isPlain);
  if (plain) return takeFromPlain(input, plain.name, run);
  const leadsTo = (alias: string) => plan.replacements.find(({ name }) => name === alias)?.physical ?? null;
  await switchAliases(
    plan.target,
    plan.aliases.map((alias) => ({ alias, physical: staging.physical, from: leadsTo(alias) })),
  );
  return { kept: replacedByAlias(plan.name, plan.replacements), gap: null, old: plan.source };
}

/** Where the source itself gave its name, it is gone: the copy has all that was written to it. */
async function takeFromPlain(
  { plan, staging, batchSize, parallel, allowConcurrentWrites }: SwitchInput,
  name: string,
  run: RunOptions,
): Promise<GivenNames> {
  const { source, target, mark } = plan;
  const { kept, gap, state } = await takeName(
    target,
    {
      name,
      target: { physical: staging.physical, mark },
      from: { physical: name, isPlain: true },
      batchSize,
      parallel,
      allowConcurrentWrites,
    },
    run,
  );
  const isSource = isSameServer(source.connection, target) && source.physical === name;
  const old = isSource && kept !== null ? { connection: target, physical: kept } : source;
  return { kept: kept === null ? [] : [{ name, kept, state }], gap, old };
}

/** Of the copy of a plain collection, at least: it is all that is left, and nobody writes to it. */
const copyRounds = 2;

async function finishLate(
  { plan, strategy, staging, folder, rounds, parallel }: SwitchInput,
  { old, kept }: GivenNames,
  { oldIndex, currentIndex }: Omit<SavedScans, 'origin'>,
  run: RunOptions,
): Promise<Pick<Switched, 'late' | 'kept'>> {
  const make: Parameters<typeof carryLateWrites>[0]['make'] = async (points) => strategy.make(points, run);
  const isCurrent: FillStrategy['isCurrent'] = (was, current) => strategy.isCurrent(was, current);
  const sides = { old, oldIndex, current: staging, currentIndex };
  const scans = old.physical === plan.source.beganAs ? rounds : Math.max(rounds, copyRounds);
  const how = { folder, rounds: scans, parallel, make, isCurrent };
  const late = scans === 0 ? null : await carryLateWrites({ ...sides, ...how }, run);
  reached(run, 'migrate.late-carried');
  await noteLive(plan, kept, run);
  reached(run, 'migrate.marked');
  return { late, kept: kept.map((each) => each.kept) };
}

const noteLive = ({ target, staging, mark, name }: MigratePlan, kept: readonly KeptCollection[], run: RunOptions) =>
  noteDone(target, { name, target: { physical: staging.physical, mark }, kept }, run);
