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
import type { RejectSink } from '../qdrant/upload/rejects.ts';
import { uploadFiles, type UploadFilesInput, type UploadFilesSummary } from '../qdrant/upload-files.ts';
import { withRejectsFile } from '../qdrant/upload-files/rejects-file.ts';
import { withStdin } from '../qdrant/upload-files/stdin.ts';
import type { LateReport } from './delta/late-writes.ts';
import type { Confirm } from './guards.ts';
import { assertMayOverwrite, carryOut, type Overwritten } from './overwrite/carry-out.ts';
import type { AskText, OpenOverwriteGuards } from './overwrite/guards.ts';
import { type OverwritePlan, planOverwrite } from './overwrite/plan.ts';
import { type OverwriteSource, readSource, type SourceCounts } from './overwrite/read-source.ts';
import type { SafetyBackup } from './overwrite/safety-backup.ts';
import type { SelfRetrieval } from './overwrite/self-retrieval.ts';
import type { MeanwhileReport } from './overwrite/watch-writes.ts';
import type { NameGap } from './plain/give-up-plain.ts';
import { reached } from './steps.ts';
import { finishCutSwitch } from './take-name.ts';

export interface OverwriteParams {
  readonly upload: UploadFilesInput;
  readonly open: OpenOverwriteGuards;
  /** Where the backup gets a folder of its own; null: none is made. */
  readonly backupRoot: string | null;
  /** For the scans of the old collection. */
  readonly scratchFolder: string;
  /** Scans of the old collection after the first, at most. */
  readonly settleRounds: number;
  /** Leave writes behind that cannot be carried over, or do not end, and report them. */
  readonly allowConcurrentWrites: boolean;
  readonly confirm: Confirm;
  readonly ask: AskText;
}

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
  const overwrite = (paths: readonly string[]) => async (onReject: RejectSink) =>
    overwriteWith(connection, params, { paths, onReject }, run);
  return withStdin(
    upload.paths,
    upload.stdin,
    async (paths) =>
      upload.rejectsPath === undefined
        ? overwrite(paths)(() => {})
        : withRejectsFile(upload.rejectsPath, async ({ add }) => overwrite(paths)(add)),
    run,
  );
}

interface Input {
  readonly paths: readonly string[];
  readonly onReject: RejectSink;
}

async function overwriteWith(
  connection: Connection,
  params: OverwriteParams,
  { paths, onReject }: Input,
  run: RunOptions,
): Promise<OverwriteResult> {
  const startedAt = performance.now();
  const { upload } = params;
  const name = upload.collection;
  const source = await readSource(upload, paths, { ...run, onReject });
  reached(run, 'force.checked');
  const isTyped = Object.keys(upload.typed ?? {}).length > 0;
  const toPlan = { name, settings: upload.settings, isTyped, ...source };
  const summary = (plan: OverwritePlan, done: Overwritten | null): OverwriteSummary => ({
    ...summarize(plan, source, done),
    durationMs: performance.now() - startedAt,
  });
  const asNew = async (): Promise<OverwriteResult> => {
    const { rejectsPath: _written, ...rest } = upload;
    return { overwritten: false, ...(await uploadFiles(connection, { ...rest, paths }, run)) };
  };
  if (upload.dryRun) {
    const plan = await planOverwrite(connection, toPlan, run);
    if (!plan) return asNew();
    if (!plan.isSwitched) await assertMayOverwrite({ plan, source, params });
    return summary(plan, null);
  }
  const request = { target: name, runId: randomUUID(), owner: upload.owner, breakLock: upload.breakLock ?? false };
  const overwritten = await withWriterLock(connection, request, run, async (watched, lockLost) => {
    reached(run, 'force.locked');
    await finishCutSwitch(connection, name, watched);
    const plan = await planOverwrite(connection, toPlan, watched);
    if (!plan) return null;
    return summary(plan, await carryOut({ connection, params, plan, source, onReject, lockLost }, watched));
  });
  return overwritten ?? asNew();
}

function summarize(
  plan: OverwritePlan,
  { counts }: OverwriteSource,
  done: Overwritten | null,
): Omit<OverwriteSummary, 'durationMs'> {
  const filled = done?.filled ?? null;
  const { read, points, duplicates, rejected, firstRejects } = filled?.upload ?? counts;
  return {
    overwritten: true,
    name: plan.name,
    model: plan.wanted.card.model.name,
    collection: plan.staging.physical,
    kept: done?.taken.kept ?? null,
    dryRun: done === null,
    wasSwitched: plan.isSwitched,
    ...{ read, points, duplicates, rejected, firstRejects },
    pointsBefore: plan.pointsNow,
    pointsAfter: filled?.points ?? points,
    schemaChanges: plan.wanted.changes,
    notTaken: filled?.notTaken ?? [],
    backup: done?.backup ?? null,
    selfRetrieval: filled?.selfRetrieval ?? null,
    meanwhile: done?.meanwhile ?? null,
    late: done?.late ?? null,
    gap: done?.taken.gap ?? null,
    otherAliases: plan.otherAliases,
  };
}
