/**
 * Migrate: a collection into another one, on the same server or another, under another name or laid out otherwise.
 *
 * plan -> staging collection (marked) -> fill by ranges -> source read again until two scans agree -> read back -> switch of
 * all names in one step -> late writes -> mark live. What a source point becomes in the target is the strategy's (copying,
 * re-embedding); all the rest is the same. The source is never changed, and what a name led to before stays. Killed anywhere,
 * the same command goes on; the journal in the target's `_qdx` says from where.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { countPoints } from '../qdrant/collection/points.ts';
import { waitUntilReady } from '../qdrant/collection/readiness.ts';
import type { LockOwner } from '../qdrant/lock.ts';
import { descriptionDifferences, describeCollection, displayDifference } from './collection-description.ts';
import type { Changes } from './delta/scan-changes.ts';
import { carryLateWrites, type LateReport } from './delta/late-writes.ts';
import { hashOf, type IndexFolder, openIndexFolder, pointsOf, type ScanIndex } from './delta/scan-index.ts';
import { type ChangeCounts, settle, type SettleReport } from './delta/settle.ts';
import type { Side } from './delta/side.ts';
import { assertConfirmed, assertMayReplace, type OpenGuards } from './guards.ts';
import { withWriterLocks } from './locks.ts';
import { fillStaging } from './migrate/fill-staging.ts';
import { makeStaging, startIndexing } from './migrate/make-staging.ts';
import { type MigrateLines, type MigratePlan, planMigration, type PlanInput } from './migrate/plan.ts';
import { assertCount, readBack } from './migrate/prove-staging.ts';
import { carryOver } from './migrate/staged-points.ts';
import { finishStaging } from './staging.ts';
import { switchAliases } from './switch-aliases.ts';
import { readTransfer, type TransferRecord, writeTransfer } from './transfer-journal.ts';
import { type TransferMark, writeTransferMark } from './transfer-mark.ts';

export interface MigrateParams extends OpenGuards, PlanInput {
  readonly batchSize: number;
  readonly parallel: number;
  /** False: the staging collection is left, proven, and no name leads to it. */
  readonly switchNames: boolean;
  /** False: the staging collection is not read back; its points are only counted. */
  readonly readBack: boolean;
  readonly waitForIndex: boolean;
  /** Scans of the source after the first, at most. */
  readonly settleRounds: number;
  /** At that limit, go on and report. */
  readonly allowConcurrentWrites: boolean;
  /** For the scans' indexes; a folder of its own is made in it. */
  readonly scratchFolder: string;
  readonly confirm: (question: string) => Promise<boolean>;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
  /** Runs before the first write to the target: a backup, say. */
  readonly beforeFill?: (plan: MigratePlan, run: RunOptions) => Promise<void>;
}

export interface MigrateSummary {
  readonly source: { readonly url: string; readonly collection: string };
  readonly target: { readonly url: string; readonly collection: string; readonly aliases: readonly string[] };
  readonly way: MigratePlan['way'];
  readonly points: number;
  readonly pointsHash: string | null;
  /** Points that a run before this one had brought in. */
  readonly pointsKept: number;
  /** Where its names led before, which is kept. */
  readonly replaced: readonly string[];
  /** Its names lead to it. */
  readonly isSwitched: boolean;
  /** Every point was read back and compared. */
  readonly isReadBack: boolean;
  /** Settings in which it is otherwise than planned, as sentences. */
  readonly notAsPlanned: readonly string[];
  /** Writes to the source while it was read. */
  readonly meanwhile: ChangeCounts & { readonly scans: number; readonly isQuiet: boolean };
  /** Writes to the source after the switch; null where nothing was switched. */
  readonly late: LateReport | null;
  readonly proof: unknown;
  readonly durationMs: number;
}

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
  const first = await planMigration(lines, params, run);
  const lock = { owner: params.owner, breakLock: params.breakLock, runId: randomUUID() };
  return withWriterLocks(lines.to, { ...lock, names: [...first.aliases, first.name] }, run, async (watched) => {
    // Again, now that nobody else may change what it rests on.
    const plan = await planMigration(lines, params, watched);
    if (plan.isSwitched) return finishSwitched(plan, startedAt, watched);
    for (const replacement of plan.replacements) assertMayReplace(replacement, params);
    if (params.switchNames) await assertConfirmed(plan.replacements, params.confirm);
    const folder = await openIndexFolder(join(params.scratchFolder, `migrate-${randomUUID()}`));
    try {
      const staging = { connection: plan.target, physical: plan.staging.physical };
      const done = await carryOut({ plan, params, staging, folder }, watched);
      return { ...done, durationMs: performance.now() - startedAt };
    } finally {
      await folder.remove();
    }
  });
}

/** A run was killed after the switch: what was found to be proven stays, and is in use by now. */
async function finishSwitched(plan: MigratePlan, startedAt: number, run: RunOptions): Promise<MigrateSummary> {
  const { source, target, staging, aliases, mark } = plan;
  const points = await countPoints(target, staging.physical, run);
  run.onEvent?.({
    type: 'warning',
    message: `an earlier run was killed after the switch: whether writes still reached ${source.physical} in that moment was not looked for`,
  });
  await markLive(target, staging.physical, mark);
  return {
    source: { url: source.connection.url, collection: source.physical },
    target: { url: target.url, collection: staging.physical, aliases },
    way: plan.way,
    points,
    pointsHash: null,
    pointsKept: points,
    replaced: mark.replaced === null ? [] : [mark.replaced],
    isSwitched: true,
    isReadBack: false,
    notAsPlanned: [],
    meanwhile: { inserted: 0, changed: 0, deleted: 0, scans: 0, isQuiet: true },
    late: null,
    proof: null,
    durationMs: performance.now() - startedAt,
  };
}

const markLive = async (target: Connection, physical: string, mark: TransferMark): Promise<void> => {
  await writeTransferMark(target, physical, { ...mark, state: 'live', at: new Date().toISOString() });
  const record = await readTransfer(target, physical);
  if (record) await writeTransfer(target, record, { state: 'done', ranges: null });
};

type Outcome = Omit<MigrateSummary, 'durationMs'>;

/** One migration under way. */
interface Work {
  readonly plan: MigratePlan;
  readonly params: MigrateParams;
  readonly staging: Side;
  readonly folder: IndexFolder;
}

async function carryOut(work: Work, run: RunOptions): Promise<Outcome> {
  const { plan, params, staging } = work;
  const { source, target } = plan;
  await params.beforeFill?.(plan, run);
  const record = await makeStaging(plan, params.owner, run);
  const filled = await fillStaging({ ...params, ...work, source, ...rangesOf(record), ...plan.staging }, run);
  const settled = await bringUpToDate(work, filled.index, run);
  const { stagingIndex, proof } = await prove(work, settled.index, run);
  const notAsPlanned = await finish(plan, run);
  const proven = await writeTransfer(target, record, { state: 'proven' });
  const { switchNames, strategy } = params;
  const indexes = { source: settled.index, staging: stagingIndex ?? settled.index };
  const late = switchNames ? await switchIn(work, proven, indexes, run) : null;
  return {
    source: { url: source.connection.url, collection: source.physical },
    target: { url: target.url, collection: staging.physical, aliases: switchNames ? plan.aliases : [] },
    way: plan.way,
    points: pointsOf(settled.index),
    pointsHash: strategy.isExact ? hashOf(settled.index) : null,
    pointsKept: filled.pointsKept,
    replaced: [...new Set(plan.replacements.map(({ physical }) => physical))],
    isSwitched: switchNames,
    isReadBack: stagingIndex !== null,
    notAsPlanned,
    meanwhile: { ...settled.carried, scans: settled.rounds + 1, isQuiet: settled.isQuiet },
    late,
    proof,
  };
}

const rangesOf = ({ ranges, points }: TransferRecord) => ({ ranges: ranges ?? [], points });

/** @throws QdxError `verification` where the source does not come to rest. */
async function bringUpToDate(
  { plan, params, staging, folder }: Work,
  index: ScanIndex,
  run: RunOptions,
): Promise<SettleReport> {
  if (params.waitForIndex) {
    await startIndexing(plan);
    await waitUntilReady(staging.connection, staging.physical, run);
  }
  const { parallel, settleRounds: rounds, allowConcurrentWrites } = params;
  const carry = async (changes: Changes): Promise<void> => carryOver(staging, changes, params, run);
  const settled = await settle({ source: plan.source, index, folder, rounds, parallel, carryOver: carry }, run);
  if (settled.isQuiet || allowConcurrentWrites) return settled;
  const { inserted, changed, deleted, first } = settled.last;
  throw new QdxError(
    'verification',
    `${plan.source.physical} is being written to: scan ${settled.rounds + 1} found ${inserted} points inserted, ` +
      `${changed} changed, ${deleted} deleted since the one before (${first.join(', ')})`,
    {
      hint: 'nothing was switched; run the same command again when nobody writes, or add --allow-concurrent-writes',
      details: { ...settled.last, scans: settled.rounds + 1 },
    },
  );
}

interface Proof {
  /** Null where it was not read back. */
  readonly stagingIndex: ScanIndex | null;
  readonly proof: unknown;
}

/** @throws QdxError `verification`, with the staging collection left as it is: the next run brings it right or says so again. */
async function prove({ plan, params, staging, folder }: Work, index: ScanIndex, run: RunOptions): Promise<Proof> {
  const { strategy, parallel } = params;
  if (!params.readBack) {
    await assertCount(staging, pointsOf(index), run);
    return { stagingIndex: null, proof: null };
  }
  const input = { staging, expected: index, isExact: strategy.isExact, folder, parallel };
  const stagingIndex = await readBack(input, run);
  const proof = await strategy.prove?.({ source: plan.source, staging, sourceIndex: index, stagingIndex }, run);
  return { stagingIndex, proof: proof ?? null };
}

/** What is set when everything is in; returns what the server did not take. */
async function finish(plan: MigratePlan, run: RunOptions): Promise<readonly string[]> {
  const { target, staging, description } = plan;
  await startIndexing(plan);
  await finishStaging(target, staging.physical, description);
  const made = await describeCollection(target, { physical: staging.physical, aliases: [] }, run);
  return descriptionDifferences(description, made).map(displayDifference);
}

/** The switch, and what comes after it. */
async function switchIn(
  { plan, params, staging, folder }: Work,
  record: TransferRecord,
  indexes: { readonly source: ScanIndex; readonly staging: ScanIndex },
  run: RunOptions,
): Promise<LateReport> {
  const { target, aliases, replacements, mark, source } = plan;
  run.signal?.throwIfAborted();
  const physical = staging.physical;
  const leadsTo = (alias: string) => replacements.find(({ name }) => name === alias)?.physical ?? null;
  await switchAliases(
    target,
    aliases.map((alias) => ({ alias, physical, from: leadsTo(alias) })),
  );
  await writeTransfer(target, record, { state: 'switched' });
  const late = await carryLateWrites(
    {
      old: source,
      oldIndex: indexes.source,
      current: staging,
      currentIndex: indexes.staging,
      folder,
      rounds: params.settleRounds,
      parallel: params.parallel,
      make: async (points) => params.strategy.make(points, run),
    },
    run,
  );
  await markLive(target, physical, mark);
  return late;
}
