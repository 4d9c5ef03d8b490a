/**
 * The whole way by the `kaggle` command: sends what is not there yet, waits, and fetches.
 */
import { isQdxError, QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { counted, formatBytes } from '../../lib/quantities.ts';
import { assertTextMayTravel, type TravelConsent } from '../config/text-trust.ts';
import {
  type HandBack,
  type HandBackInput,
  keepParts,
  readResult,
  shardFiles,
  withOutput,
  writeHandBack,
} from './hand-back.ts';
import { type JobFolders, type KaggleJob, jobSlug, writeJob } from './job.ts';
import type { KaggleCli } from './kaggle-cli.ts';
import { pause, pushNotebook, sendDataset } from './send.ts';
import { resumeCommand } from './steps.ts';
import { waitForNotebook } from './wait.ts';

export interface DriveInput {
  readonly input: HandBackInput;
  readonly cli: KaggleCli;
  readonly consent: TravelConsent;
  readonly pollMs: number;
}

/** A notebook that ran out of time is started again with what it wrote, one that read an earlier dataset without. */
export async function driveKaggle(drive: DriveInput, run: RunOptions): Promise<HandBack> {
  const { input, cli, consent, pollMs } = drive;
  const { folders } = input;
  const send = { cli, folders, pollMs };
  let staleLooks = 0;
  for (let { job } = input; ;) {
    if (job.stage === 'prepared') {
      await assertTextMayTravel(travelOf(job), consent);
      job = await sendDataset(job, send, run);
    }
    if (job.stage === 'sent') job = await pushNotebook(job, send, run);
    await waitForNotebook(job, cli, pollMs, run).catch(async (error: unknown) => {
      if (isQdxError(error) && error.kind === 'failed') await giveUp(job, folders, cli, run);
      throw error;
    });
    const back = await takeOutput({ ...input, job }, cli, run);
    if (back === 'partial') job = await writeJob(folders.root, { ...job, stage: 'prepared' });
    else if (back === 'stale') job = await afterStale(++staleLooks, job, drive, run);
    else return back;
  }
}

/** `partial`: it is kept for the next start. `stale`: of a dataset before the one that was sent last. */
const takeOutput = (input: HandBackInput, cli: KaggleCli, run: RunOptions): Promise<HandBack | 'partial' | 'stale'> =>
  withOutput(input.job, input.folders, cli, run, async (folder) => {
    const { job, folders } = input;
    const { state, sending } = await readResult(folder, job);
    if (sending !== job.sending) return 'stale';
    if (state === 'complete') return writeHandBack(input, await shardFiles(folder, job), run);
    await keepParts(folder, folders, job, run);
    return 'partial';
  });

/** Looks, each after a start that may have been too early. */
const mostStaleLooks = 6;

/**
 * Kaggle may show the output of the run before for a moment, and may start a notebook before the version of the dataset that
 * was uploaded for it: looks once more, then starts it again.
 */
async function afterStale(
  looks: number,
  job: KaggleJob,
  { input: { folders }, pollMs }: DriveInput,
  run: RunOptions,
): Promise<KaggleJob> {
  const slug = jobSlug(job);
  if (looks >= mostStaleLooks)
    throw new QdxError('temporary', `the notebook ${slug} still read an earlier version of its dataset`, {
      hint: `${resumeCommand(job)} looks again later`,
    });
  await pause(pollMs, run);
  if (looks % 2 === 1) return job;
  run.onEvent?.({
    type: 'note',
    message: `the notebook ${slug} read an earlier version of its dataset: it is started again`,
  });
  return writeJob(folders.root, { ...job, stage: 'sent' });
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
    `${counted(job.chunks, 'chunks')} (${formatBytes(job.chunksBytes)}: text, paths and line numbers) ` +
    `as the private dataset ${jobSlug(job)}`,
});
