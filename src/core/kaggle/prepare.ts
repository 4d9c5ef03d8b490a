/**
 * Prepares a job: chunks, manifest, notebook, and what Kaggle is told of them. Nothing leaves the machine here.
 */
import { existsSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { assertMayBecomeFile } from '../../lib/partial-file.ts';
import { ownName, removeDeadFiles } from '../../lib/scratch-file.ts';
import { embedCorpus, type EmbedParams } from '../embed/embed.ts';
import { chosenModel } from '../models/cards/default-model.ts';
import { fingerprint } from '../models/cards/space.ts';
import type { FoundModel } from '../models/found-model.ts';
import { readHeader } from '../vectors/read-file.ts';
import type { VectorsFileHeader } from '../vectors/record.ts';
import { chunksFile, foldersIn, foldersOf, type KaggleJob, readJob, writeJob } from './job.ts';
import { holdsVectors } from './hand-back.ts';
import { createManifest, manifestFile } from './manifest.ts';
import { datasetMetadata, kernelMetadata } from './metadata.ts';
import { createNotebook, notebookFile } from './notebook.ts';
import { resumeCommand } from './steps.ts';
import { addWeights } from './weights.ts';

export interface PrepareParams {
  /** What is embedded, as for any other destination. */
  readonly embed: Omit<EmbedParams, 'destination'>;
  readonly out: string;
  readonly account: string;
  readonly jobsFolder: string;
}

/** A job that has no place yet, since its run is known only when its chunks are there. */
export interface DraftJob {
  readonly runId: string;
  /**
   * Gives it its place, and what belongs to it. The same input and model are the same job: it is taken up where it is.
   * @throws QdxError `refused` where a run of this name is under way with another input.
   */
  settle(): Promise<KaggleJob>;
  /** Of a draft that was settled nothing is left. */
  remove(): Promise<void>;
}

/** Cuts the input into chunks. What processes that died left of theirs is removed on the way. */
export async function draftJob(params: PrepareParams, run: RunOptions): Promise<DraftJob> {
  const { jobsFolder, embed } = params;
  await assertMayBecomeFile(resolve(params.out));
  const model = await localModel(embed);
  makeFolder(jobsFolder, 0o700);
  for (const ending of [newEnding, oldEnding]) await removeDeadFiles(jobsFolder, draftPrefix, ending);
  const draft = join(jobsFolder, `${draftPrefix}${ownName()}${newEnding}`);
  const remove = (): Promise<void> => rm(draft, { recursive: true, force: true });
  try {
    const { dataset, kernel, output } = foldersIn(draft);
    for (const folder of [dataset, kernel, output]) makeFolder(folder, 0o700);
    const chunks = join(dataset, chunksFile);
    const { isComplete } = await embedCorpus({ ...embed, destination: { kind: 'chunks', path: chunks } }, run);
    const header = await readHeader(chunks, run.signal);
    if (!header) throw new QdxError('verification', `${chunks} has no header`);
    const drafted = { draft, header, model, isComplete };
    return { runId: header.runId, settle: () => settleDraft(drafted, params, run), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const draftPrefix = 'draft-';
const newEnding = '.new';
const oldEnding = '.old';

interface Drafted {
  readonly draft: string;
  readonly header: VectorsFileHeader;
  readonly model: FoundModel;
  readonly isComplete: boolean;
}

async function settleDraft(drafted: Drafted, params: PrepareParams, run: RunOptions): Promise<KaggleJob> {
  const { draft, header, model, isComplete } = drafted;
  const { jobsFolder, embed } = params;
  const out = resolve(params.out);
  const known = await sameJob(params, header);
  if (known) return writeJob(foldersOf(jobsFolder, header.runId).root, { ...known, out });
  const job: KaggleJob = {
    version: 1,
    stage: 'prepared',
    sending: randomUUID(),
    runId: header.runId,
    account: params.account,
    inputHash: header.inputHash,
    model: header.model.name,
    modelPlace: model.origin === 'folder' ? resolve(model.folder) : header.model.name,
    modelFingerprint: fingerprint(header.model),
    chunks: header.totalCount,
    chunksBytes: (await stat(join(foldersIn(draft).dataset, chunksFile))).size,
    isComplete,
    out,
  };
  await fill(draft, { job, header, model, embed }, run);
  return takePlace(draft, job, jobsFolder);
}

/** Null where there is none, or none under way: nothing was sent yet and nothing came back, or everything did. */
async function sameJob({ jobsFolder, account }: PrepareParams, header: VectorsFileHeader): Promise<KaggleJob | null> {
  const known = await readJob(jobsFolder, header.runId);
  if (!known || known.stage === 'done') return null;
  // Prepared again after a notebook that stopped early, or fetched by hand: hours of a GPU lie in the folder.
  if (known.stage === 'prepared' && !(await holdsVectors(foldersOf(jobsFolder, known.runId), known))) return null;
  const isSame =
    known.inputHash === header.inputHash &&
    known.modelFingerprint === fingerprint(header.model) &&
    known.account === account;
  if (isSame) return known;
  throw new QdxError('refused', `run ${header.runId} is under way already, with another input, model or account`, {
    hint: `${resumeCommand(known)} ends it; another --run begins another`,
  });
}

interface Contents extends Pick<PrepareParams, 'embed'> {
  readonly job: KaggleJob;
  readonly header: VectorsFileHeader;
  readonly model: FoundModel;
}

async function fill(root: string, { job, header, model, embed }: Contents, run: RunOptions): Promise<void> {
  run.onEvent?.({ type: 'phase', name: 'preparing', detail: 'the dataset and the notebook' });
  const { dataset, kernel } = foldersIn(root);
  const { shards, stopAfterMinutes } = embed.settings.kaggle;
  const { qdxVersion, folders } = embed;
  const { sending } = job;
  const wanted = { header, sending, model, cacheFolder: folders.cache, qdxVersion, shards, stopAfterMinutes };
  await addWeights(model, dataset);
  await writeJson(join(dataset, manifestFile), await createManifest(wanted, run));
  await writeJson(join(dataset, 'dataset-metadata.json'), datasetMetadata(job));
  await writeJson(join(kernel, 'kernel-metadata.json'), kernelMetadata(job));
  await writeFile(join(kernel, notebookFile), await createNotebook());
}

/** @throws QdxError `usage` for a model over HTTP: its texts travel already. */
async function localModel({ settings, folders }: PrepareParams['embed']): Promise<FoundModel> {
  const places = { cacheFolder: folders.cache, hub: settings.hub };
  const name = settings.embed.model;
  const model = name?.startsWith('endpoint:') ? null : await chosenModel(name, settings.preset, places);
  if (model && 'folder' in model) return model;
  throw new QdxError('usage', `${name} is a model over HTTP: it needs no GPU of Kaggle`, { hint: 'leave --on out' });
}

/** Gives the draft its name. One that nothing was sent of, or that is done, makes room. */
async function takePlace(draft: string, job: KaggleJob, jobsFolder: string): Promise<KaggleJob> {
  const { root } = foldersOf(jobsFolder, job.runId);
  const old = `${draft.slice(0, -newEnding.length)}${oldEnding}`;
  await writeJob(draft, job);
  if (existsSync(root)) await rename(root, old);
  await rename(draft, root);
  await rm(old, { recursive: true, force: true });
  return job;
}

const writeJson = (path: string, value: unknown): Promise<void> =>
  writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
