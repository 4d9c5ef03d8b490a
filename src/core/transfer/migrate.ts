/**
 * Migrate: a collection into another one, on the same server or another, under another name or laid out otherwise.
 *
 * plan -> staging collection (marked) -> fill by ranges -> source read again until two scans agree -> read back -> switch of
 * all names in one step -> late writes -> mark live. What a source point becomes in the target is the strategy's (copying,
 * re-embedding); all the rest is the same. The source is never changed, and what a name led to before stays: of a plain
 * collection, which has to give up its name, a copy that was proven equal. Killed anywhere, the same command goes on; the journal in the
 * target's `_qdx` says from where.
 */
import { randomUUID } from 'node:crypto';
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { isSameServer } from '../qdrant/connection/same-server.ts';
import { countPoints } from '../qdrant/collection/points.ts';
import { notTaken } from './collection/not-taken.ts';
import { openScansFolder, readScans, type ScansOwner } from './delta/saved-scans.ts';
import { hashOf, pointsOf } from './delta/scan-index.ts';
import { endSwitch, findUnended } from './switch/end-earlier-switch.ts';
import { assertConfirmed, assertMayLeaveGap, assertNamesMeant } from './switch/guards.ts';
import { type LocksInput, withWriterLocks } from './switch/locks.ts';
import { assertMayRun } from './migrate/assert-may-run.ts';
import { removeRuns } from './migrate/earlier-runs.ts';
import { fillStaging } from './migrate/fill-staging.ts';
import { createLaps } from './migrate/laps.ts';
import { makeStaging, startIndexing } from './migrate/make-staging.ts';
import type { MigrateParams, MigrateSummary } from './migrate/params.ts';
import { type MigrateLines, type MigratePlan, planMigration, typedNames } from './migrate/plan.ts';
import { assertNotRepeated } from './migrate/repeated.ts';
import { roundsOf, settleAndProve, type Work } from './migrate/settle-and-prove.ts';
import { finishSwitched, switchIn, type SwitchInput } from './migrate/switch-in.ts';
import { withUndatedCard } from './migrate/undated-card.ts';
import { finishStaging } from './collection/staging.ts';
import { reached } from './journal/steps.ts';
import { isCutOff, nameCutSwitch } from './switch/take-name.ts';
import { noteState } from './journal/transfer-journal.ts';
import { shellText } from '../../lib/shell-line.ts';

export type { MigrateParams, MigrateSummary } from './migrate/params.ts';

/**
 * @throws QdxError as planMigration; `refused` by a guard, `locked`, `verification` where the points are not those of the source
 * or it did not come to rest. In all of these no name was switched.
 */
export async function migrate(
  lines: MigrateLines,
  params: MigrateParams,
  run: RunOptions = {},
): Promise<MigrateSummary> {
  const startedAt = performance.now();
  const lock = {
    owner: params.owner,
    breakLock: params.breakLock,
    runId: randomUUID(),
    resumesSwitch: true,
  } as const;
  await closeCutGap(lines.to, { ...lock, names: [params.target ?? params.source] }, run);
  const first = await planAfterOthers(lines, params, lock, run);
  return withWriterLocks(lines.to, { ...lock, names: [...first.aliases, first.name] }, run, async (watched) => {
    reached(watched, 'migrate.locked');
    const plan = await settlePlan(lines, params, watched);
    const folder = await openScansFolder(params.scratchFolder, ownerOf(plan));
    const staging = { connection: plan.target, physical: plan.staging.physical };
    const work = { plan, params, staging, folder };
    try {
      const done = plan.isSwitched ? await finishEarlier(work, watched) : await carryOut(work, watched);
      await folder.remove();
      return { ...done, durationMs: performance.now() - startedAt };
    } catch (error) {
      // Saved as the names are switched: the next run finds late writes by them.
      if (!(await readScans(folder, plan.mark.origin))) await folder.remove();
      throw error;
    }
  });
}

/** A name that a killed run left leading nowhere leads to what that run had proven; the rest is as after any switch. */
async function closeCutGap(connection: Connection, lock: LocksInput, run: RunOptions): Promise<void> {
  for (const name of lock.names)
    if (await isCutOff(connection, name, run))
      await withWriterLocks(connection, lock, run, async (watched) => nameCutSwitch(connection, name, watched));
}

/** A migration of another request that was killed after its switch is ended first: it may be the source of this one. */
async function planAfterOthers(
  lines: MigrateLines,
  params: MigrateParams,
  lock: Omit<LocksInput, 'names'>,
  run: RunOptions,
): Promise<MigratePlan> {
  const { to, from } = lines;
  const plan = await planMigration(lines, params, run);
  if (plan.isSwitched) return plan;
  const sourceNames = isSameServer(from, to) ? plan.source.description.aliases : [];
  const unended = await findUnended(to, [...plan.aliases, ...sourceNames], run);
  if (unended.length === 0) return plan;
  const { scratchFolder, settleRounds: rounds, parallel, restart: leavesWrites } = params;
  const hint = 'repeat that command to finish it, or add --restart to leave those writes where they are';
  const input = { sources: [from], scratchFolder, rounds, parallel, leavesWrites, hint };
  for (const each of unended)
    await withWriterLocks(to, { ...lock, names: [each.mark.name] }, run, async (watched) =>
      endSwitch(to, each, input, watched),
    );
  return planMigration(lines, params, run);
}

const ownerOf = ({ target, staging, mark }: MigratePlan): ScansOwner => ({
  url: target.serverId,
  physical: staging.physical,
  name: mark.name,
  origin: mark.origin,
});

/** The plan once more, now that nobody else may change what it rests on. @throws QdxError `refused` by a guard. */
async function settlePlan(lines: MigrateLines, params: MigrateParams, run: RunOptions): Promise<MigratePlan> {
  const plan = await planMigration(lines, params, run);
  const { staging, others, isSwitched } = plan;
  const own = staging.isLeftover && !isSwitched ? [{ physical: staging.physical, record: null }] : [];
  if (params.restart && others.length + own.length > 0) {
    await removeRuns(lines.to, [...others, ...own], run);
    return settlePlan(lines, { ...params, restart: false }, run);
  }
  if (!plan.isSwitched && params.switchNames && !params.restart) await assertNotRepeated({ plan, ...params }, run);
  assertMayRun(plan, params);
  if (params.switchNames) {
    for (const replacement of plan.replacements) assertMayLeaveGap(replacement, params);
    await assertNamesMeant(plan.replacements, { ...params, typed: typedNames(params, plan) });
    const hint = shellText`add --yes, or name another target: qdx migrate ${params.source} <other name>`;
    await assertConfirmed(plan.replacements, params.confirm, hint);
  }
  reached(run, 'migrate.planned');
  return plan;
}

type Outcome = Omit<MigrateSummary, 'durationMs'>;

async function carryOut(work: Work, run: RunOptions): Promise<Outcome> {
  const { plan, params } = work;
  const { strategy, switchNames } = params;
  const lap = createLaps();
  await params.beforeFill?.(plan, run);
  const bringsIndexes = strategy.fillWhole !== undefined;
  const record = await makeStaging(plan, { owner: params.owner, bringsIndexes }, run);
  lap('prepare');
  const filled = await fillStaging(work, record, run);
  lap('fill');
  const { settled, stagingIndex, proof } = await settleAndProve(work, filled, lap, run);
  const notAsPlanned = await finish(plan, run);
  await noteState(plan.target, plan.staging.physical, 'proven');
  reached(run, 'migrate.proven');
  const scans = { oldIndex: settled.index, currentIndex: stagingIndex ?? settled.index };
  const switched = switchNames ? await switchIn(switchInput(work), scans, run) : null;
  lap('switch');
  return {
    ...headOf(work),
    ...(switched && { replaced: switched.kept }),
    gap: switched?.gap ?? null,
    points: pointsOf(settled.index),
    pointsHash: strategy.isExact ? hashOf(settled.index) : null,
    pointsKept: filled.pointsKept,
    isReadBack: stagingIndex !== null,
    notAsPlanned,
    meanwhile: { ...settled.carried, scans: settled.rounds + 1, isQuiet: settled.isQuiet },
    late: switched?.late ?? null,
    proof,
    timesMs: lap.timesMs,
  };
}

function headOf({ plan, params: { switchNames }, staging }: Work) {
  const { source, target, aliases, replacements, way } = plan;
  const replaced = replacements.map(({ physical }) => physical);
  return {
    source: { url: source.connection.url, collection: source.beganAs },
    target: { url: target.url, collection: staging.physical, aliases: switchNames ? aliases : [] },
    way,
    replaced: [...new Set(replaced)],
    isSwitched: switchNames,
  };
}

const switchInput = ({ plan, params, staging, folder }: Work): SwitchInput => {
  const { strategy, batchSize, parallel, allowConcurrentWrites } = params;
  const how = { rounds: roundsOf(params), batchSize, parallel, allowConcurrentWrites };
  return { plan, strategy, staging, folder, ...how };
};

/** An earlier run switched it in and was killed: what it proved is in use by now, and stays as it is. */
async function finishEarlier(work: Work, run: RunOptions): Promise<Outcome> {
  const { target, staging } = work.plan;
  const { late, kept, gap } = await finishSwitched(switchInput(work), run);
  const points = await countPoints(target, staging.physical, run);
  return {
    ...headOf(work),
    replaced: kept,
    gap,
    isSwitched: true,
    points,
    pointsHash: null,
    pointsKept: points,
    isReadBack: work.params.readBack ? null : false,
    notAsPlanned: [],
    meanwhile: { inserted: 0, changed: 0, deleted: 0, scans: 0, isQuiet: true },
    late,
    proof: null,
    timesMs: {},
  };
}

/** What is set when everything is in; returns what the server did not take. */
async function finish(plan: MigratePlan, run: RunOptions): Promise<readonly string[]> {
  const { target, staging, description } = plan;
  await startIndexing(plan);
  await finishStaging(target, staging.physical, description);
  const differences = await notTaken(target, staging.physical, description, run, withUndatedCard);
  reached(run, 'migrate.finished');
  return differences;
}
