/**
 * A job: one run that is embedded on Kaggle, from its chunks to the vectors file that came back. It lies in a folder of the
 * user's data folder, so that another terminal, or the same command a day later, goes on with it.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../lib/hash.ts';
import { QdxError } from '../../lib/errors.ts';
import { withLockFile } from '../../lib/lock-file.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { writeWholeFile } from '../../lib/partial-file.ts';

/** How far it has come: each stage is written down when it is reached. */
type JobStage =
  /** Dataset and notebook lie in the job's folder. */
  | 'prepared'
  /** The dataset is on Kaggle, and ready. */
  | 'sent'
  /** The notebook was handed over to be run. */
  | 'pushed'
  /** The vectors file is written. */
  | 'done';

export interface KaggleJob {
  readonly version: 1;
  readonly stage: JobStage;
  /** Of the manifest as it was sent last: the notebook says which one it read. */
  readonly sending: string;
  readonly runId: string;
  readonly account: string;
  readonly inputHash: string;
  readonly model: string;
  /** What finds the model again: its name, or the absolute path of its folder. */
  readonly modelPlace: string;
  /** Fingerprint of the model card. */
  readonly modelFingerprint: string;
  readonly chunks: number;
  readonly chunksBytes: number;
  /** False where something that was asked for could not be read: it is missing in the chunks. */
  readonly isComplete: boolean;
  /** Absolute path of the vectors file that is wanted. */
  readonly out: string;
}

/** A name that Kaggle takes for a dataset and a notebook, the same for the same run; it says nothing of what is in it. */
export const jobKey = (runId: string): string => `qdx-${sha256Hex(runId).slice(0, 16)}`;

/** `account/slug`, of the dataset and of the notebook alike. */
export const jobSlug = ({ account, runId }: Pick<KaggleJob, 'account' | 'runId'>): string =>
  `${account}/${jobKey(runId)}`;

/**
 * One process of this machine at a time works on a run: two would send, start and fetch the same things.
 * @throws QdxError `locked` naming the other one.
 */
export async function holdingRun<T>(jobsFolder: string, runId: string, work: () => Promise<T>): Promise<T> {
  makeFolder(jobsFolder);
  const path = join(jobsFolder, `${jobKey(runId)}.lock`);
  return withLockFile(path, { waitMs: 0, label: `run ${runId} on Kaggle` }, work);
}

export interface JobFolders {
  readonly root: string;
  /** What is uploaded as the dataset. */
  readonly dataset: string;
  /** The notebook. */
  readonly kernel: string;
  /** Where output that was fetched by hand is put. */
  readonly output: string;
}

export const foldersIn = (root: string): JobFolders => ({
  root,
  dataset: join(root, 'dataset'),
  kernel: join(root, 'kernel'),
  output: join(root, 'output'),
});

export const foldersOf = (jobsFolder: string, runId: string): JobFolders => foldersIn(join(jobsFolder, jobKey(runId)));

export const chunksFile = 'qdx-chunks.jsonl';
export const resultFile = 'qdx-result.json';

/** Null where this run was never prepared here. */
export async function readJob(jobsFolder: string, runId: string): Promise<KaggleJob | null> {
  try {
    return JSON.parse(await readFile(join(foldersOf(jobsFolder, runId).root, 'job.json'), 'utf8')) as KaggleJob;
  } catch {
    return null;
  }
}

/** @throws QdxError `notFound` where this run was never prepared here. */
export async function findJob(jobsFolder: string, runId: string): Promise<KaggleJob> {
  const job = await readJob(jobsFolder, runId);
  if (job) return job;
  throw new QdxError('notFound', `there is no run ${runId} for Kaggle on this machine`, {
    hint: `qdx embed <folder> --on kaggle --run ${runId} --out vectors.jsonl begins it`,
  });
}

export async function writeJob<const J extends KaggleJob>(folder: string, job: J): Promise<J> {
  await mkdir(folder, { recursive: true });
  await writeWholeFile(join(folder, 'job.json'), `${JSON.stringify(job, null, 2)}\n`);
  return job;
}
