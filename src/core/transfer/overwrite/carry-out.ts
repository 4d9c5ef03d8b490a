/**
 * An overwrite that was planned: confirmed, backed up, filled, proven, switched, noted.
 */
import { join } from 'node:path';
import type { RunOptions } from '../../../lib/events.ts';
import { counted, formatCount } from '../../../lib/quantities.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { RejectSink } from '../../qdrant/upload/rejects.ts';
import { carryLateCopies, type LateReport } from '../delta/late-writes.ts';
import { openScansFolder, readScans } from '../delta/saved-scans.ts';
import type { IndexFolder } from '../delta/scan-index.ts';
import { howToCompare } from '../delta/how-to-compare.ts';
import { type AskedStep, assertAnsweredYes } from '../switch/guards.ts';
import { noteSpoiled } from '../collection/staging.ts';
import { reached } from '../journal/steps.ts';
import { noteSwitch, takeName, type TakenName } from '../switch/take-name.ts';
import { type FileInput, type FilledFromFile, fillFromFile } from './fill-from-file.ts';
import { holdsFile } from './holds-file.ts';
import { assertOpened, closedGuards } from './closed-guards.ts';
import type { OverwriteParams } from './params.ts';
import type { OverwritePlan } from './plan.ts';
import type { OverwriteSource } from './read-source.ts';
import { makeSafetyBackup, type SafetyBackup } from '../safety-backup.ts';
import { type MeanwhileReport, watchWrites, type WriteWatch } from './watch-writes.ts';

export interface Overwriting {
  readonly connection: Connection;
  readonly params: OverwriteParams;
  readonly plan: OverwritePlan;
  readonly source: OverwriteSource;
  readonly onReject: RejectSink;
  readonly lockLost: AbortSignal;
}

export interface Overwritten {
  readonly taken: TakenName;
  readonly backup: SafetyBackup | null;
  /** Null where an earlier run had switched it in already. */
  readonly filled: FilledFromFile | null;
  readonly meanwhile: MeanwhileReport | null;
  readonly late: LateReport | null;
}

/** Whether the collection that is there holds just the file. */
export const isUnchanged = (work: Pick<Overwriting, 'connection' | 'plan' | 'source' | 'params'>, run: RunOptions) =>
  holdsFile(work.connection, fileOf(work), run);

function fileOf({ plan, source, params }: Pick<Overwriting, 'plan' | 'source' | 'params'>): FileInput {
  const { points, duplicates } = source.counts;
  const records = () => source.records(plan.wanted.card.payloadKeys);
  return { plan, points, duplicates, settings: params.upload.settings, records };
}

/** @throws QdxError `refused` by a guard or an answer, `verification` where something is not as it should be. */
export async function carryOut(work: Overwriting, run: RunOptions): Promise<Overwritten> {
  const { params, plan } = work;
  if (!plan.isSwitched) {
    await assertMayOverwrite(work);
    await assertAnsweredYes(questionOf(work), params.confirm);
    reached(run, 'force.planned');
  }
  const folder = await openScans(work);
  const overwritten = plan.isSwitched
    ? await finishSwitched(work, folder, run)
    : await makeAndSwitch(work, folder, run);
  reached(run, 'force.marked');
  await folder.remove();
  return overwritten;
}

/** The same for each run of one overwrite; what a killed or failed one left stays for the next, unless that begins anew. */
async function openScans({ connection, params, plan: { staging, mark } }: Overwriting): Promise<IndexFolder> {
  const { name, origin } = mark;
  const owner = { url: connection.serverId, physical: staging.physical, name, origin };
  const open = async () => openScansFolder(params.scratchFolder, owner);
  if (!staging.isLeftover) await (await open()).remove();
  return open();
}

/** @throws QdxError `refused`, naming the flags that are missing. */
export async function assertMayOverwrite({ plan, source, params }: Pick<Overwriting, 'plan' | 'source' | 'params'>) {
  const { name, current, isOwn, existing, wanted, pointsNow } = plan;
  const pointsAfter = source.counts.points;
  const input = { current, isOwn, card: existing.card, wanted, pointsNow, pointsAfter };
  await assertOpened(name, closedGuards(input, params.open), params.ask);
}

function questionOf({ plan, source, params }: Overwriting): AskedStep {
  const { name, current, pointsNow } = plan;
  const { points, rejected } = source.counts;
  const display = name === current.physical ? name : `${name} (now ${current.physical})`;
  const what = `${display}, ${counted(pointsNow, 'points')}, would be replaced by the ${formatCount(points)} of ${source.paths.join(', ')}`;
  const rejects = rejected > 0 ? ` ${counted(rejected, 'records are')} rejected.` : '';
  const backup = params.backupRoot === null ? 'No backup is made.' : `A backup is made in ${params.backupRoot}.`;
  return {
    question: `Replace ${display}, ${counted(pointsNow, 'points')}, by the ${formatCount(points)} of ${source.paths.join(', ')}?${rejects} ${backup} What is there now is kept.`,
    what,
    details: { name, physical: current.physical, pointsNow, pointsAfter: points },
  };
}

/** A run was killed after the switch: what was proven stays, and is in use by now. */
async function finishSwitched(work: Overwriting, folder: IndexFolder, run: RunOptions): Promise<Overwritten> {
  const { connection, plan, params } = work;
  const { name, mark, staging } = plan;
  const kept = mark.replaced;
  const scans = await readScans(folder, mark.origin);
  const isLooking = scans !== null && kept !== null;
  const sides = { old: { connection, physical: kept ?? '' }, current: { connection, physical: staging.physical } };
  const compare = kept === null ? '' : `; ${howToCompare({ ...sides, isCopy: true })}`;
  const looked = isLooking ? 'is looked for' : `was not looked for${compare}`;
  run.onEvent?.({
    type: 'warning',
    message: `an earlier run ended after the switch: ${name} leads to the new collection already; whether writes still reached ${kept ?? 'the old one'} in that moment ${looked}`,
  });
  const { parallel } = params.upload.settings.upload;
  const late = isLooking
    ? await carryLateCopies({ ...sides, folder, rounds: params.settleRounds, parallel, ...scans }, run)
    : null;
  const taken = { kept, gap: null, isFenced: false, state: null };
  if (mark.state === 'staging') await note(work, taken, run);
  return { taken, backup: null, filled: null, meanwhile: null, late };
}

function note({ connection, plan }: Overwriting, { kept, state }: TakenName, run: RunOptions): Promise<void> {
  const target = { physical: plan.staging.physical, mark: plan.mark };
  return noteSwitch(connection, { name: plan.name, target, kept, state }, run);
}

async function makeAndSwitch(work: Overwriting, folder: IndexFolder, run: RunOptions): Promise<Overwritten> {
  const { connection, plan, params, lockLost } = work;
  const staging = { connection, physical: plan.staging.physical };
  // Before the backup: what a writer is told from here on is carried over.
  const watch = await watchOld(work, folder, run);
  reached(run, 'force.watched');
  const backup = await backUpFirst(work, run);
  reached(run, 'force.backed-up');
  const { waitForIndex } = params.upload;
  const filling = { ...fileOf(work), waitForIndex, lockLost, onReject: work.onReject };
  const filled = await fillFromFile(connection, filling, run);
  const { current, wanted } = plan;
  // A last look follows where writers are held off: until then it need not be quiet.
  const settled = await watch.settleInto(staging, { mayBeLoud: current.isPlain }, run);
  const isLateCarried = wanted.takesOldPoints && !current.isPlain;
  if (isLateCarried) await watch.remember(staging, run);
  reached(run, 'force.proven');
  const { taken, meanwhile } = await switchIn(work, watch, settled, run);
  reached(run, 'force.switched');
  const late = isLateCarried ? await watch.carryLate(staging, run) : null;
  await note(work, taken, run);
  return { taken, backup, filled, meanwhile, late };
}

function watchOld(
  { connection, plan, params }: Overwriting,
  folder: IndexFolder,
  run: RunOptions,
): Promise<WriteWatch> {
  const { current, existing, wanted, staging, mark } = plan;
  const { batchSize, parallel } = params.upload.settings.upload;
  return watchWrites(
    {
      old: { connection, physical: current.physical },
      shardKeys: existing.description.shardKeys,
      folder,
      batchSize,
      parallel,
      rounds: params.settleRounds,
      takesOldPoints: wanted.takesOldPoints,
      origin: mark.origin,
      isLeftover: staging.isLeftover,
      beforeCarrying: async () => noteSpoiled(connection, staging.physical, mark),
      allowConcurrentWrites: params.allowConcurrentWrites,
    },
    run,
  );
}

async function backUpFirst({ connection, plan, params }: Overwriting, run: RunOptions): Promise<SafetyBackup | null> {
  if (params.backupRoot === null) return null;
  const { settings, qdxVersion } = params.upload;
  const { physical } = plan.current;
  // Runs of the same overwrite share it.
  const path = join(params.backupRoot, `${physical}-before-${plan.mark.origin.slice(0, 8)}`);
  const how = { parallel: settings.upload.parallel, qdxVersion, madeBefore: 'qdx upload --force' };
  return makeSafetyBackup(connection, { physical, path, ...how }, run);
}

/**
 * Where late writes could not be carried over (another model) or there is nothing left to read them from (a plain collection),
 * writers are held off during a last look.
 */
async function switchIn(
  { connection, plan, params }: Overwriting,
  watch: WriteWatch,
  settled: MeanwhileReport,
  run: RunOptions,
): Promise<{ readonly taken: TakenName; readonly meanwhile: MeanwhileReport }> {
  const { name, current, wanted } = plan;
  const { batchSize, parallel } = params.upload.settings.upload;
  const holdsWriters = !wanted.takesOldPoints && !params.allowConcurrentWrites;
  let meanwhile = settled;
  const lastLook = async (watched: RunOptions): Promise<void> => {
    meanwhile = await watch.settleInto({ connection, physical: plan.staging.physical }, {}, watched);
  };
  const target = { physical: plan.staging.physical, mark: plan.mark };
  const taken = await takeName(
    connection,
    {
      name,
      target,
      from: current,
      batchSize,
      parallel,
      holdsWriters,
      allowConcurrentWrites: params.allowConcurrentWrites,
      ...((current.isPlain || holdsWriters) && { lastLook }),
    },
    run,
  );
  if (holdsWriters && !taken.isFenced)
    run.onEvent?.({
      type: 'warning',
      message: `writers could not be held off during the switch: what they wrote to ${current.physical} in its last moment is there alone`,
    });
  return { taken, meanwhile };
}
