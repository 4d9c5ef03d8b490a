/**
 * The way back: the notebook's output into a folder of its own, verified, and only then the vectors file under its name.
 */
import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../lib/read-if-there.ts';
import { isQdxError, QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { formatBytes } from '../../lib/quantities.ts';
import type { Encoder } from '../models/encoder.ts';
import type { VectorFormat } from '../vectors/encode-record.ts';
import { writeVectorsFile } from '../vectors/write-file.ts';
import { assertParity, measureParity, type Parity } from '../qdrant/collection/parity.ts';
import { chunksFile, type JobFolders, type KaggleJob, jobKey, jobSlug, resultFile, writeJob } from './job.ts';
import { joinHandBack } from './join.ts';
import type { KaggleCli } from './kaggle-cli.ts';
import { resumeCommand } from './steps.ts';

/** What the notebook said at its end. */
export interface NotebookResult {
  readonly runId: string;
  /** Of the manifest that it read; see KaggleJob. */
  readonly sending: string;
  readonly state: 'complete' | 'partial' | 'failed';
  readonly shards: number;
  /** Shards that are whole. */
  readonly done: readonly number[];
}

export interface HandBackInput {
  readonly job: KaggleJob;
  readonly folders: JobFolders;
  readonly vectorFormat: VectorFormat;
  /** Of the job's model, for a sample of what came back. */
  readonly openEncoder: () => Promise<Encoder>;
  /** The command that fetches it again, where it is not whole. */
  readonly refetch: string;
}

export interface HandBack {
  readonly written: number;
  readonly sizeBytes: number;
  /** What really ran. */
  readonly file: string;
  readonly dtype: string;
  readonly parity: Pick<Parity, 'compared' | 'lowest' | 'mean' | 'floor'>;
}

/** Fetches the output into a fresh folder, lets `use` work with it, and removes it. */
export async function withOutput<T>(
  job: KaggleJob,
  folders: JobFolders,
  cli: KaggleCli,
  run: RunOptions,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  run.onEvent?.({ type: 'phase', name: 'fetching', detail: `the output of ${jobSlug(job)}` });
  const folder = await mkdtemp(join(folders.root, 'fetched-'));
  try {
    await cli.fetchOutput(jobSlug(job), folder);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws QdxError `verification` where it is not there or of another run. */
export async function readResult(folder: string, job: KaggleJob): Promise<NotebookResult> {
  const text = await readIfThere(join(folder, resultFile));
  const there = (await readdir(folder)).join(', ') || 'nothing';
  if (text === null)
    throw new QdxError('verification', `the output of ${jobSlug(job)} is not complete: ${resultFile} is missing`, {
      hint: `${resumeCommand(job)} fetches it again (there was: ${there})`,
    });
  const result = parsed(text);
  if (result === null)
    throw new QdxError('verification', `${resultFile} in the output of ${jobSlug(job)} is not whole`, {
      hint: `${resumeCommand(job)} fetches it again`,
    });
  if (result.runId === job.runId) return result;
  throw new QdxError('verification', `the output of ${jobSlug(job)} is of run ${result.runId}, not of ${job.runId}`);
}

/** Null for what is cut or no object. */
function parsed(text: string): NotebookResult | null {
  try {
    return JSON.parse(text) as NotebookResult | null;
  } catch {
    return null;
  }
}

/**
 * Joins, checks a sample against the model here, and writes the vectors file.
 * @throws QdxError `verification` for files that are not whole or not this run's, `refused` for vectors of another model; the
 * file of that name stays as it was then.
 */
export async function writeHandBack(
  input: HandBackInput,
  shards: readonly string[],
  run: RunOptions,
): Promise<HandBack> {
  const { job, refetch } = input;
  run.onEvent?.({ type: 'phase', name: 'checking', detail: `what came back for run ${job.runId}` });
  try {
    if (shards.length === 0) throw new QdxError('verification', `no vectors file of run ${job.runId} came back`);
    return await joinAndWrite(input, shards, run);
  } catch (error) {
    // `usage`: a file that was cut before its header is no vectors file at all.
    if (!isQdxError(error) || (error.kind !== 'verification' && error.kind !== 'usage')) throw error;
    const { message, details } = error;
    const hint = `${refetch} fetches it again`;
    throw new QdxError('verification', message, { hint, cause: error, ...(details && { details }) });
  }
}

async function joinAndWrite(
  { job, folders, vectorFormat, openEncoder }: HandBackInput,
  shards: readonly string[],
  run: RunOptions,
): Promise<HandBack> {
  const joined = await joinHandBack({ chunks: join(folders.dataset, chunksFile), shards }, run);
  let parity: Parity | null = null;
  const checked = async function* () {
    yield* joined.records();
    // Before the file gets its name.
    parity = await compare(joined.samples, openEncoder, job, run);
  };
  const { signal } = run;
  const options = { format: vectorFormat, ...(signal && { signal }) };
  const { count, sizeBytes } = await writeVectorsFile(job.out, joined.header, checked(), options);
  const { file, dtype } = joined.header.model;
  return { written: count, sizeBytes, file, dtype, parity: figures(parity) };
}

/** Every file of this run's shards that is in a folder. */
export async function shardFiles(folder: string, { runId }: Pick<KaggleJob, 'runId'>): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => isShardOf(name, runId)).map((name) => join(folder, name));
}

/** Whether vectors of this run lie here: parts of a notebook that stopped early, or output that was fetched by hand. */
export async function holdsVectors({ dataset, output }: JobFolders, { runId }: Pick<KaggleJob, 'runId'>) {
  const names = await Promise.all([dataset, output].map((folder) => partNames(folder, runId)));
  return names.flat().length > 0;
}

/** What lies in the folder for output that was fetched by hand: all shards, or what a notebook left that was stopped. */
export async function fetchedByHand({ output }: JobFolders, { runId }: Pick<KaggleJob, 'runId'>) {
  const names = await partNames(output, runId);
  if (names.length === 0) return 'nothing';
  const shards = names.flatMap((name) => shardName.exec(name)?.[1] ?? []);
  return shards.length > 0 && shards.every((count) => Number(count) === shards.length) ? 'all' : 'parts';
}

const shardName = /-\d+-of-(\d+)\.jsonl$/u;

const isShardOf = (name: string, runId: string): boolean =>
  name.startsWith(`${jobKey(runId)}-`) && shardName.test(name);

async function compare(
  samples: Parameters<typeof measureParity>[1],
  openEncoder: HandBackInput['openEncoder'],
  job: KaggleJob,
  run: RunOptions,
): Promise<Parity> {
  const encoder = await openEncoder();
  try {
    const parity = await measureParity(encoder, samples, run);
    assertParity('the vectors that came back', parity, job.model);
    return parity;
  } finally {
    await encoder.close();
  }
}

function figures(parity: Parity | null): HandBack['parity'] {
  const { compared, lowest, mean, floor } = parity ?? { compared: 0, lowest: 0, mean: 0, floor: 0 };
  return { compared, lowest, mean, floor };
}

/** As keepParts, of output that was fetched by hand: it is not looked at again. */
export async function takeParts(folders: JobFolders, job: KaggleJob, run: RunOptions): Promise<KaggleJob> {
  await keepParts(folders.output, folders, job, run);
  for (const name of await readdir(folders.output)) await rm(join(folders.output, name), { recursive: true });
  return writeJob(folders.root, { ...job, stage: 'prepared' });
}

/**
 * Puts what an unfinished notebook wrote among its inputs of the next time.
 * @throws QdxError `failed` where that is no more than last time: it would go on like this for ever.
 */
export async function keepParts(
  folder: string,
  { dataset }: JobFolders,
  { runId }: KaggleJob,
  run: RunOptions,
): Promise<void> {
  const before = await partsBytes(dataset, runId);
  if ((await partsBytes(folder, runId)) <= before)
    throw new QdxError('failed', `the notebook of run ${runId} wrote nothing new before it was stopped`, {
      hint: 'its log on Kaggle says what it did with its time',
    });
  for (const name of await partNames(dataset, runId)) await rm(join(dataset, name));
  const names = await partNames(folder, runId);
  for (const name of names) await copyFile(join(folder, name), join(dataset, name));
  run.onEvent?.({
    type: 'note',
    message: `the notebook stopped before its end; what it wrote counts: ${formatBytes(await partsBytes(dataset, runId))}`,
  });
}

const partNames = async (folder: string, runId: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`${jobKey(runId)}-`));

async function partsBytes(folder: string, runId: string): Promise<number> {
  let sizeBytes = 0;
  for (const name of await partNames(folder, runId))
    if (!name.endsWith('.json')) sizeBytes += (await stat(join(folder, name))).size;
  return sizeBytes;
}
