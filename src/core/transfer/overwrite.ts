/**
 * `qdx upload --force`: what a name leads to is replaced by the points of a vectors file.
 *
 * Read and rehearse the file -> guards -> first scan and backup of the old collection -> staging collection -> upload ->
 * compare with the file, search for samples -> carry over what was written meanwhile -> switch -> late writes -> marks.
 * Nothing that is in use is touched before the switch, and what the name led to is kept (`qdx rollback`). Killed anywhere, the
 * same command goes on: the staging collection is found again by what is in it.
 */
import { randomUUID } from 'node:crypto';
import type { RunOptions } from '../../lib/events.ts';
import { assertCollectionName } from '../qdrant/collection/names.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { withWriterLock } from '../qdrant/lock.ts';
import { uploadFiles, type UploadFilesInput, type UploadFilesSummary } from '../qdrant/upload-files.ts';
import { type RejectsFile, withRejectsFile } from '../qdrant/upload-files/rejects-file.ts';
import { withStdin } from '../qdrant/upload-files/stdin.ts';
import type { LateReport } from './delta/late-writes.ts';
import { changesIn } from './delta/settle.ts';
import { assertMayOverwrite, carryOut, isUnchanged, type Overwritten } from './overwrite/carry-out.ts';
import type { OverwriteParams } from './overwrite/params.ts';
import { type OverwritePlan, planOverwrite } from './overwrite/plan.ts';
import { endSwitch, findUnended } from './switch/end-earlier-switch.ts';
import { type OverwriteSource, readSource, type SourceCounts } from './overwrite/read-source.ts';
import type { SafetyBackup } from './safety-backup.ts';
import type { SelfRetrieval } from './overwrite/self-retrieval.ts';
import type { MeanwhileReport } from './overwrite/watch-writes.ts';
import type { NameGap } from './switch/plain/give-up-plain.ts';
import { reached } from './journal/steps.ts';
import { finishCutSwitch } from './switch/take-name.ts';

export interface OverwriteSummary extends SourceCounts {
  readonly overwritten: true;
  readonly name: string;
  readonly model: string;
  /** The collection that the name leads to now, or would. */
  readonly collection: string;
  /** What it led to, which is kept; of a plain collection its copy. Null: a dry run. */
  readonly kept: string | null;
  readonly dryRun: boolean;
  /** An earlier run had switched it in; this one finished what it left. */
  readonly wasSwitched: boolean;
  /** It held the points of the file already, each as the file has it, and nothing else: nothing was done. */
  readonly isUnchanged: boolean;
  readonly pointsBefore: number;
  /** When it was proven, before the writes of the run were carried over. */
  readonly pointsAfter: number;
  /** What is otherwise than in the old collection, as sentences. */
  readonly schemaChanges: readonly string[];
  /** What the server did not take as it was wanted. */
  readonly notTaken: readonly string[];
  readonly backup: SafetyBackup | null;
  readonly selfRetrieval: SelfRetrieval | null;
  /** Writes to the old collection between its first scan and the switch. */
  readonly meanwhile: MeanwhileReport | null;
  /** Writes to the old collection found after the switch. */
  readonly late: LateReport | null;
  /** Null where the name was an alias. */
  readonly gap: NameGap | null;
  /** Further names, which lead where they led. */
  readonly otherAliases: readonly string[];
  readonly durationMs: number;
}

/** Where the name leads nowhere yet, an upload as without `--force`. */
export type OverwriteResult = OverwriteSummary | ({ readonly overwritten: false } & UploadFilesSummary);

/** False where something that was written while the run went on may be missing from the new collection. */
export function hasAllWrites({ meanwhile, late }: Pick<OverwriteSummary, 'meanwhile' | 'late'>): boolean {
  if (meanwhile && !meanwhile.isCarried && changesIn(meanwhile) > 0) return false;
  // What was left when it was switched is looked for afterwards.
  return late?.isQuiet ?? meanwhile?.isQuiet ?? true;
}

/**
 * @throws QdxError `refused` by guards (F15 to F19), `locked` (F14), `verification` for a file or a collection that is not what
 * it should be (F25), or for writes that could not be carried over. In all of these nothing was switched.
 */
export async function overwriteCollection(
  connection: Connection,
  params: OverwriteParams,
  run: RunOptions = {},
): Promise<OverwriteResult> {
  const { upload } = params;
  assertCollectionName(upload.collection);
  const overwrite = async (paths: readonly string[]): Promise<OverwriteResult> => {
    const work = async (rejects?: RejectsFile) => overwriteWith(connection, params, { paths, rejects }, run);
    return upload.rejectsPath === undefined ? work() : withRejectsFile(upload.rejectsPath, work);
  };
  return withStdin(upload.paths, upload.stdin, overwrite, run);
}

interface Input {
  readonly paths: readonly string[];
  readonly rejects: RejectsFile | undefined;
}

async function overwriteWith(
  connection: Connection,
  params: OverwriteParams,
  { paths, rejects }: Input,
  run: RunOptions,
): Promise<OverwriteResult> {
  const startedAt = performance.now();
  const { upload } = params;
  const name = upload.collection;
  const onReject = rejects?.add ?? (() => {});
  const source = await readSource(upload, paths, rejects, run);
  reached(run, 'force.checked');
  const isTyped = Object.keys(upload.typed ?? {}).length > 0;
  const toPlan = { name, settings: upload.settings, isTyped, isFinished: false, ...source };
  const timed = (found: Summary): OverwriteSummary => ({ ...found, durationMs: performance.now() - startedAt });
  const asNew = async (): Promise<OverwriteResult> => {
    const { rejectsPath: _written, ...rest } = upload;
    return { overwritten: false, ...(await uploadFiles(connection, { ...rest, paths }, run)) };
  };
  if (upload.dryRun) {
    const plan = await planOverwrite(connection, toPlan, run);
    if (!plan) return asNew();
    if (!plan.isSwitched && (await isUnchanged({ connection, params, plan, source }, run)))
      return timed(unchanged(plan, source, upload));
    if (!plan.isSwitched) await assertMayOverwrite({ plan, source, params });
    return timed(summarize(plan, source, null));
  }
  const request = { target: name, runId: randomUUID(), owner: upload.owner, breakLock: upload.breakLock ?? false };
  const overwritten = await withWriterLock(connection, request, run, async (watched, lockLost) => {
    reached(run, 'force.locked');
    const isFinished = (await finishCutSwitch(connection, name, watched)) !== null;
    const first = await planOverwrite(connection, { ...toPlan, isFinished }, watched);
    if (first && !first.isSwitched) await endOthers(connection, name, params, watched);
    const plan = await planOverwrite(connection, { ...toPlan, isFinished }, watched);
    if (!plan) return null;
    if (!plan.isSwitched && (await isUnchanged({ connection, params, plan, source }, watched)))
      return timed(unchanged(plan, source, upload));
    const done = await carryOut({ connection, params, plan, source, onReject, lockLost }, watched);
    return timed(summarize(plan, source, done));
  });
  return overwritten ?? asNew();
}

/** Of another request: what it was killed in is brought to its end before its collection is replaced. */
async function endOthers(
  connection: Connection,
  name: string,
  { scratchFolder, settleRounds: rounds, upload }: OverwriteParams,
  run: RunOptions,
): Promise<void> {
  const { parallel } = upload.settings.upload;
  const hint = 'repeat that command first, to finish it';
  const input = { sources: [], scratchFolder, rounds, parallel, leavesWrites: false, hint };
  for (const unended of await findUnended(connection, [name], run))
    if (unended.mark.name === name) await endSwitch(connection, unended, input, run);
}

type Summary = Omit<OverwriteSummary, 'durationMs'>;

function summarize(plan: OverwritePlan, { counts }: OverwriteSource, done: Overwritten | null): Summary {
  return {
    overwritten: true,
    name: plan.name,
    model: plan.wanted.card.model.name,
    collection: plan.staging.physical,
    dryRun: done === null,
    wasSwitched: plan.isSwitched,
    isUnchanged: false,
    pointsBefore: plan.pointsNow,
    schemaChanges: plan.wanted.changes,
    otherAliases: plan.otherAliases,
    ...(done ? outcomeOf(done) : nothingDone),
    ...countsOf(counts, done?.filled ?? null),
  };
}

/** The name leads where it led. */
const unchanged = (plan: OverwritePlan, source: OverwriteSource, { dryRun }: UploadFilesInput): Summary => ({
  ...summarize(plan, source, null),
  collection: plan.current.physical,
  isUnchanged: true,
  dryRun: dryRun ?? false,
});

/** What the upload counted, where there was one: the server may have refused more. */
function countsOf(counts: SourceCounts, filled: Overwritten['filled']): SourceCounts & Pick<Summary, 'pointsAfter'> {
  const { read, points, duplicates, rejected, firstRejects } = filled?.upload ?? counts;
  return { read, points, duplicates, rejected, firstRejects, pointsAfter: filled?.points ?? points };
}

type Outcome = Pick<Summary, 'kept' | 'gap' | 'backup' | 'meanwhile' | 'late' | 'selfRetrieval' | 'notTaken'>;

const nothingDone: Outcome = {
  kept: null,
  gap: null,
  backup: null,
  meanwhile: null,
  late: null,
  selfRetrieval: null,
  notTaken: [],
};

const outcomeOf = ({ taken, backup, meanwhile, late, filled }: Overwritten): Outcome => ({
  kept: taken.kept,
  gap: taken.gap,
  backup,
  meanwhile,
  late,
  selfRetrieval: filled?.selfRetrieval ?? null,
  notTaken: filled?.notTaken ?? [],
});
