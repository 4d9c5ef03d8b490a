/**
 * embedOnKaggle: chunks to Kaggle, vectors back, as the same vectors file that `qdx embed --out` writes.
 */
import { resolve } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { assertMayBecomeFile } from '../../lib/partial-file.ts';
import { formatBytes, formatCount } from '../../lib/quantities.ts';
import type { Settings } from '../config/schema.ts';
import { assertTextMayTravel, type TravelConsent } from '../config/text-trust.ts';
import type { EmbedParams } from '../embed/embed.ts';
import { findLocalModel } from '../models/find-model.ts';
import { openEncoder } from '../models/open-encoder.ts';
import { type HandBack, type HandBackInput, keepParts, shardFiles, withOutput, writeHandBack } from './hand-back.ts';
import { findJob, foldersOf, type JobFolders, type KaggleJob, jobSlug, writeJob } from './job.ts';
import { type KaggleCli, openKaggleCli } from './kaggle-cli.ts';
import { prepareJob } from './prepare.ts';
import { pushNotebook, sendDataset } from './send.ts';
import { cleanUpCommands, manualSteps } from './steps.ts';
import { waitForNotebook } from './wait.ts';

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
 * notebook that failed, `verification` for output that is not the run's or not whole.
 */
export async function embedOnKaggle(params: KaggleParams, run: RunOptions = {}): Promise<KaggleSummary> {
  const cli = params.prepareOnly ? null : await openKaggleCli(params.environment, run);
  const job = await openJob(params, cli, run);
  const folders = foldersOf(params.jobsFolder, job.runId);
  const byHand = params.prepareOnly ? [] : await shardFiles(folders.output, job);
  if (byHand.length === 0 && !cli) return prepared(params, job, folders, run);
  const input = handBackInput(params, job, folders);
  const result =
    byHand.length > 0 || !cli ? await writeHandBack(input, byHand, run) : await drive(params, input, cli, run);
  await writeJob(folders.root, { ...job, stage: 'done' });
  return summary(params, job, folders, { state: 'done', result, next: cleanUpCommands(job) });
}

async function openJob(params: KaggleParams, cli: KaggleCli | null, run: RunOptions): Promise<KaggleJob> {
  const { task, jobsFolder } = params;
  if (task.kind === 'begin') {
    const account = accountOf(params.settings.kaggle.account ?? cli?.account ?? undefined);
    return prepareJob({ embed: task.embed, out: task.out, account, jobsFolder }, run);
  }
  const job = await findJob(jobsFolder, task.runId);
  if (task.out === undefined) return job;
  await assertMayBecomeFile(task.out);
  return writeJob(foldersOf(jobsFolder, job.runId).root, { ...job, out: resolve(task.out) });
}

/** Becomes part of arguments and of names on Kaggle. */
function accountOf(account: string | undefined): string {
  if (account !== undefined && /^[a-z0-9][a-z0-9-]{0,60}$/i.test(account)) return account;
  const what = account === undefined ? 'whose account on Kaggle is it?' : `${account} is no name of a Kaggle account`;
  throw new QdxError('usage', what, {
    hint: 'add --kaggle-account NAME; where the kaggle command is logged in, it says so itself',
  });
}

/** Sends what is not there yet, waits, and fetches; of a notebook that ran out of time again, with what it wrote. */
async function drive(params: KaggleParams, input: HandBackInput, cli: KaggleCli, run: RunOptions): Promise<HandBack> {
  const { folders } = input;
  const { pollMs } = params.settings.kaggle;
  const send = { cli, folders, pollMs };
  for (let { job } = input; ;) {
    if (job.stage === 'prepared') {
      await assertTextMayTravel(travelOf(job), params.consent);
      job = await sendDataset(job, send, run);
    }
    if (job.stage === 'sent') job = await pushNotebook(job, send, run);
    try {
      await waitForNotebook(job, cli, pollMs, run);
    } catch (error) {
      if (error instanceof QdxError && error.kind === 'failed') await giveUp(job, folders, cli, run);
      throw error;
    }
    const back = await withOutput(job, folders, cli, run, async (folder, { state }) => {
      if (state === 'complete') return writeHandBack(input, await shardFiles(folder, job), run);
      await keepParts(folder, folders, job, run);
      return null;
    });
    if (back) return back;
    job = await writeJob(folders.root, { ...job, stage: 'prepared' });
  }
}

/** The next run starts the notebook again, with the parts that this one left, where Kaggle has kept them. */
async function giveUp(job: KaggleJob, folders: JobFolders, cli: KaggleCli, run: RunOptions): Promise<void> {
  const keep = (folder: string): Promise<void> => keepParts(folder, folders, job, run);
  const isKept = await withOutput(job, folders, cli, run, keep).then(
    () => true,
    () => false,
  );
  await writeJob(folders.root, { ...job, stage: isKept ? 'prepared' : 'sent' });
}

const travelOf = (job: KaggleJob) => ({
  destination: `kaggle.com/${job.account}`,
  what:
    `${formatCount(job.chunks)} chunks (${formatBytes(job.chunksBytes)}: text, paths and line numbers) ` +
    `as the private dataset ${jobSlug(job)}`,
});

const handBackInput = (
  { settings, folders: { cache } }: KaggleParams,
  job: KaggleJob,
  folders: JobFolders,
): HandBackInput => ({
  job,
  folders,
  vectorFormat: settings.embed.vectorFormat,
  openEncoder: async () => {
    const model = await findLocalModel(job.modelPlace, { cacheFolder: cache, hub: settings.hub });
    return openEncoder(model, { device: 'cpu', workers: 1, use: 'query', cacheFolder: cache });
  },
});

function prepared(params: KaggleParams, job: KaggleJob, folders: JobFolders, run: RunOptions): KaggleSummary {
  if (!params.prepareOnly)
    run.onEvent?.({
      type: 'warning',
      message: 'the kaggle command is not on the PATH (pip install kaggle): nothing was sent; the steps are printed',
    });
  return summary(params, job, folders, { state: 'prepared', next: manualSteps(job, folders) });
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
