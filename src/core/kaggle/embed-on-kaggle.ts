/**
 * embedOnKaggle: chunks to Kaggle, vectors back, as the same vectors file that `qdx embed --out` writes.
 */
import { resolve } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { assertMayBecomeFile } from '../../lib/partial-file.ts';
import type { Settings } from '../config/schema.ts';
import type { TravelConsent } from '../config/text-trust.ts';
import type { EmbedParams } from '../embed/embed.ts';
import { findLocalModel } from '../models/find-model.ts';
import { openEncoder } from '../models/open-encoder.ts';
import { driveKaggle } from './drive-kaggle.ts';
import {
  fetchedByHand,
  type HandBack,
  type HandBackInput,
  holdsVectors,
  shardFiles,
  takeParts,
  writeHandBack,
} from './hand-back.ts';
import { findJob, foldersOf, holdingRun, type JobFolders, type KaggleJob, jobSlug, writeJob } from './job.ts';
import { type KaggleCli, openKaggleCli } from './kaggle-cli.ts';
import { draftJob } from './prepare.ts';
import { cleanUpCommands, fetchCommand, manualSteps, resumeCommand } from './steps.ts';

export interface KaggleParams {
  readonly task:
    | { readonly kind: 'begin'; readonly embed: Omit<EmbedParams, 'destination'>; readonly out: string }
    /** Go on with a run of this machine; with another vectors file, if one is named. */
    | { readonly kind: 'continue'; readonly runId: string; readonly out?: string };
  /** Everything but sending. */
  readonly prepareOnly: boolean;
  readonly settings: Settings;
  readonly folders: { readonly cache: string };
  /** Where the jobs lie. */
  readonly jobsFolder: string;
  /** For the `kaggle` command. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly consent: TravelConsent;
  /** performance.now() when the command began. */
  readonly startedAt: number;
}

export interface KaggleSummary {
  /** `prepared`: the rest is to be done by hand, or by a later run. */
  readonly state: 'prepared' | 'done';
  readonly runId: string;
  /** `account/name` of dataset and notebook. */
  readonly kaggle: string;
  readonly folder: string;
  readonly out: string;
  readonly model: string;
  readonly chunks: number;
  readonly chunksBytes: number;
  /** False where something that was asked for could not be read, and so was not sent: exit code 3. */
  readonly isComplete: boolean;
  /** Of what came back. */
  readonly result?: HandBack;
  /** Command lines: what is to be done now, or what removes the rest from Kaggle. */
  readonly next: readonly string[];
  readonly durationMs: number;
}

/**
 * May be stopped anywhere and run again: what is on Kaggle is found there.
 * @throws QdxError `refused` where texts may not leave, `denied` and `temporary` for what Kaggle refuses, `failed` for a
 * notebook that failed, `verification` for output that is not the run's or not whole, `locked` where another process is at it.
 */
export async function embedOnKaggle(params: KaggleParams, run: RunOptions = {}): Promise<KaggleSummary> {
  const { task, jobsFolder } = params;
  const cli = params.prepareOnly ? null : await openKaggleCli(params.environment, run);
  if (task.kind === 'continue')
    return holdingRun(jobsFolder, task.runId, async () =>
      bringBack(await continued(task, jobsFolder), params, cli, run),
    );
  const account = accountOf(params.settings.kaggle.account ?? cli?.account ?? undefined);
  const draft = await draftJob({ embed: task.embed, out: task.out, account, jobsFolder }, run);
  try {
    return await holdingRun(jobsFolder, draft.runId, async () => bringBack(await draft.settle(), params, cli, run));
  } finally {
    await draft.remove();
  }
}

/** The run of this machine, with another vectors file if one is named. */
async function continued(
  { runId, out }: KaggleParams['task'] & { readonly kind: 'continue' },
  jobsFolder: string,
): Promise<KaggleJob> {
  const job = await findJob(jobsFolder, runId);
  if (out === undefined) return job;
  await assertMayBecomeFile(out);
  return writeJob(foldersOf(jobsFolder, runId).root, { ...job, out: resolve(out) });
}

/** From wherever the job is: with output that was fetched by hand, or by the kaggle command. */
async function bringBack(
  found: KaggleJob,
  params: KaggleParams,
  cli: KaggleCli | null,
  run: RunOptions,
): Promise<KaggleSummary> {
  const folders = foldersOf(params.jobsFolder, found.runId);
  const fetched = params.prepareOnly ? 'nothing' : await fetchedByHand(folders, found);
  const job = fetched === 'parts' ? await takeParts(folders, found, run) : found;
  if (fetched !== 'all' && !cli) return prepared(params, job, folders, run);
  const { consent, settings } = params;
  const input = handBackInput(params, job, folders);
  const result =
    fetched === 'all' || !cli
      ? await writeHandBack(
          { ...input, refetch: fetchCommand(job, folders) },
          await shardFiles(folders.output, job),
          run,
        )
      : await driveKaggle({ input, cli, consent, pollMs: settings.kaggle.pollMs }, run);
  await writeJob(folders.root, { ...(await findJob(params.jobsFolder, job.runId)), stage: 'done' });
  return summary(params, job, folders, { state: 'done', result, next: cleanUpCommands(job) });
}

/** Becomes part of arguments and of names on Kaggle. */
function accountOf(account: string | undefined): string {
  if (account !== undefined && /^[a-z0-9][a-z0-9-]{0,60}$/i.test(account)) return account;
  const what = account === undefined ? 'whose account on Kaggle is it?' : `${account} is no name of a Kaggle account`;
  throw new QdxError('usage', what, {
    hint: 'add --kaggle-account NAME; where the kaggle command is logged in, it says so itself',
  });
}

const handBackInput = (
  { settings, folders: { cache } }: KaggleParams,
  job: KaggleJob,
  folders: JobFolders,
): HandBackInput => ({
  job,
  folders,
  vectorFormat: settings.embed.vectorFormat,
  refetch: resumeCommand(job),
  openEncoder: async () => {
    const model = await findLocalModel(job.modelPlace, { cacheFolder: cache, hub: settings.hub });
    return openEncoder(model, { device: 'cpu', workers: 1, use: 'query', cacheFolder: cache });
  },
});

async function prepared(
  params: KaggleParams,
  job: KaggleJob,
  folders: JobFolders,
  run: RunOptions,
): Promise<KaggleSummary> {
  if (!params.prepareOnly)
    run.onEvent?.({
      type: 'warning',
      message: 'the kaggle command is not on the PATH (pip install kaggle): nothing was sent; the steps are printed',
    });
  const next = manualSteps(job, folders, await holdsVectors(folders, job));
  return summary(params, job, folders, { state: 'prepared', next });
}

function summary(
  { startedAt }: KaggleParams,
  job: KaggleJob,
  folders: JobFolders,
  rest: Pick<KaggleSummary, 'state' | 'result' | 'next'>,
): KaggleSummary {
  const { runId, out, model, chunks, chunksBytes, isComplete } = job;
  return {
    ...rest,
    runId,
    kaggle: jobSlug(job),
    folder: folders.root,
    out,
    model,
    chunks,
    chunksBytes,
    isComplete,
    durationMs: Math.round(performance.now() - startedAt),
  };
}
