/**
 * The way there: dataset, then notebook. Each step is written down once it is done.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { type JobFolders, type KaggleJob, jobSlug, writeJob } from './job.ts';
import type { KaggleCli } from './kaggle-cli.ts';
import { markSending } from './manifest.ts';
import { resumeCommand } from './steps.ts';

export interface SendInput {
  readonly cli: KaggleCli;
  readonly folders: JobFolders;
  readonly pollMs: number;
}

/** Kaggle takes a moment to make files ready; one that takes longer than this is stuck. */
const readyWithinMs = 30 * 60_000;

/** Uploads what the dataset's folder holds: a new dataset, or a new version of the one that is there. */
export async function sendDataset(
  earlier: KaggleJob,
  { cli, folders, pollMs }: SendInput,
  run: RunOptions,
): Promise<KaggleJob> {
  const job = await writeJob(folders.root, { ...earlier, sending: randomUUID() });
  await markSending(folders.dataset, job.sending);
  const slug = jobSlug(job);
  run.onEvent?.({ type: 'phase', name: 'sending', detail: `the private dataset ${slug}` });
  if ((await cli.datasetStatus(slug)) === null) await cli.createDataset(folders.dataset);
  else await cli.addVersion(folders.dataset, `qdx run ${job.runId}`);
  const until = performance.now() + readyWithinMs;
  for (;;) {
    const status = await cli.datasetStatus(slug);
    if (status?.toLowerCase() === 'ready') break;
    run.onEvent?.({ type: 'trace', message: `dataset ${slug}: ${status ?? 'not there yet'}` });
    if (performance.now() > until)
      throw new QdxError(
        'temporary',
        `dataset ${slug} is not ready after ${readyWithinMs / 60_000} minutes: ${status}`,
        { hint: `${resumeCommand(job)} goes on` },
      );
    await pause(pollMs, run);
  }
  return writeJob(folders.root, { ...job, stage: 'sent' });
}

/** Hands the notebook over; from then on it runs on Kaggle, whether or not anybody waits here. */
export async function pushNotebook(job: KaggleJob, { cli, folders }: SendInput, run: RunOptions): Promise<KaggleJob> {
  run.onEvent?.({ type: 'phase', name: 'starting', detail: `the notebook ${jobSlug(job)}` });
  await cli.push(folders.kernel);
  run.onEvent?.({
    type: 'note',
    message: `the notebook runs on without this terminal; back to it: ${resumeCommand(job)}`,
  });
  return writeJob(folders.root, { ...job, stage: 'pushed' });
}

export async function pause(ms: number, { signal }: RunOptions): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
