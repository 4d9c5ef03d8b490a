/**
 * Downloads a model: resolves its commit, takes only the files that are needed, shows their hashes, and locks them once accepted.
 */
import { stat } from 'node:fs/promises';
import { makeFolder } from '../../../lib/make-folder.ts';
import { join } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { withLockFile } from '../../../lib/lock-file.ts';
import { ownValue } from '../../../lib/own-value.ts';
import { builtInModelName } from '../cards/built-in-cards.ts';
import type { AnyCard } from '../cards/reranker-card.ts';
import { sha256OfFile } from '../check-files.ts';
import { assertSafeExternalData } from '../onnx/external-data.ts';
import { type CardChoices, deriveCard } from '../cards/folder-card.ts';
import { type DownloadedFile, downloadFile } from './hub-download.ts';
import { type DownloadPlan, planDownload } from './download-plan.ts';
import { shellLine } from '../../../lib/shell-line.ts';
import type { HubRepository } from './hub-repository.ts';
import { type HubSettings, modelsFolder } from './hub-settings.ts';
import { type LockedModel, lockModel, readLock } from './lock.ts';
import { dtypeOf, inspectOnnx } from '../onnx/onnx-file.ts';
import { configurationFiles } from '../cards/sentence-transformers.ts';

export interface DownloadParams {
  /** `owner/name`. */
  readonly name: string;
  readonly cacheFolder: string;
  readonly hub: HubSettings;
  /** Branch, tag or commit; absent: the locked commit, or `main` the first time. */
  readonly revision?: string;
  /** Repository of the ONNX file, where that is not the model's own. */
  readonly onnxFrom?: string;
  readonly choices: CardChoices;
  /** Shown the hashes of a first download; false leaves the model unused. */
  readonly accept: (candidate: DownloadCandidate) => Promise<boolean>;
}

export interface DownloadCandidate {
  readonly card: AnyCard;
  readonly files: readonly DownloadedFile[];
}

export interface DownloadResult extends DownloadCandidate {
  readonly folder: string;
  /** True where the hashes were locked before and still hold. */
  readonly wasLocked: boolean;
}

/** @throws QdxError `refused` where the hashes are not accepted; `verification` where they are not those of the lock. */
export async function downloadModel(params: DownloadParams, run: RunOptions = {}): Promise<DownloadResult> {
  refuseBuiltIn(params.name);
  refuseNoRepository(params.name);
  const models = modelsFolder(params);
  makeFolder(models);
  // Two downloads of one model would append to the same half file.
  const lockPath = join(models, `${folderName(params.name)}.lock`);
  const lock = {
    waitMs: otherDownloadMs,
    label: `the download of ${params.name}`,
    ...(run.signal && { signal: run.signal }),
  };
  return withLockFile(lockPath, lock, () => downloadInto(models, params, run));
}

/** A download takes minutes: who waits for another one is told soon. */
const otherDownloadMs = 10_000;

const folderName = (name: string): string => name.replaceAll(/[^\w.-]/g, '--');

async function downloadInto(models: string, params: DownloadParams, run: RunOptions): Promise<DownloadResult> {
  const locked = ownValue((await readLock(models)).models, params.name);
  const keepsLock = locked !== undefined && asksForLocked(params, locked.card);
  const plan = await planDownload(params, keepsLock || params.revision === undefined ? locked : undefined, run);
  const folder = join(params.name.replace('/', '--'), plan.own.commit.slice(0, 12));
  const files = await fetchAll(
    plan,
    { ...params, folder: join(models, folder), lock: keepsLock ? locked : undefined },
    run,
  );
  const card = await cardOf(plan, params, join(models, folder));
  const result = { card, files, folder: join(models, folder), wasLocked: keepsLock };
  if (keepsLock) return result;
  if (!(await params.accept({ card, files })))
    throw new QdxError('refused', `the hashes of ${params.name} were not accepted, so it is not used`, {
      hint: `accept them with: qdx models download ${params.name} --accept-hash ${card.sha256}`,
    });
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const hashes = Object.fromEntries(files.map((file) => [file.path, file.sha256]));
  await lockModel(models, { card, folder, files: hashes, sizeBytes, lockedAt: new Date().toISOString() });
  return result;
}

/** Whether all that was asked for is what is locked; anything else is another model, to be accepted anew. */
function asksForLocked({ revision, onnxFrom, choices }: DownloadParams, card: AnyCard): boolean {
  if (revision !== undefined && revision !== card.revision) return false;
  if (onnxFrom !== undefined && onnxFrom !== (card.fileSource?.repository ?? card.repository)) return false;
  return Object.entries(choices).every(
    ([fact, value]) => value === undefined || (card as CardChoices)[fact as keyof CardChoices] === value,
  );
}

interface FetchOptions {
  readonly hub: HubSettings;
  readonly folder: string;
  readonly lock: LockedModel | undefined;
}

async function fetchAll(
  plan: DownloadPlan,
  { hub, folder, lock }: FetchOptions,
  run: RunOptions,
): Promise<DownloadedFile[]> {
  const fetchOne = async (from: HubRepository, path: string): Promise<DownloadedFile> => {
    const target = join(folder, path);
    const expectedSha256 = lock?.files[path];
    const there = expectedSha256 === undefined ? null : await sha256OfFile(target).catch(() => null);
    if (there !== null && there === expectedSha256)
      return { path, sha256: there, sizeBytes: (await stat(target)).size };
    return downloadFile({ hub, from, path, target, expectedSha256 }, run);
  };
  const files: DownloadedFile[] = [];
  if (!plan.own.files.includes('tokenizer.json'))
    throw new QdxError('notFound', `${plan.own.repository} has no tokenizer.json`, {
      hint: 'take a repository with a fast tokenizer',
    });
  for (const path of ['tokenizer.json', ...configurationFiles.filter((file) => plan.own.files.includes(file))])
    files.push(await fetchOne(plan.own, path));
  files.push(await fetchOne(plan.weights, plan.file));
  for (const path of await externalFilesOf(join(folder, plan.file), plan))
    files.push(await fetchOne(plan.weights, path));
  await assertSafeExternalData(join(folder, plan.file));
  return files;
}

/** Weights beside the graph; only those that the repository lists, so no name from inside the graph decides a path. */
async function externalFilesOf(modelFile: string, { weights, file }: DownloadPlan): Promise<readonly string[]> {
  const { externalData } = await inspectOnnx(modelFile);
  const base = file.includes('/') ? `${file.slice(0, file.lastIndexOf('/'))}/` : '';
  const named = new Set(externalData.map(({ location }) => base + location));
  return weights.files.filter((path) => named.has(path));
}

async function cardOf(
  { own, weights, file, known }: DownloadPlan,
  { name, choices }: DownloadParams,
  folder: string,
): Promise<AnyCard> {
  const fileSource =
    weights === own ? {} : { fileSource: { repository: weights.repository, revision: weights.commit } };
  const identity = { name, repository: name, revision: own.commit };
  if (!known) return { ...(await deriveCard(folder, identity, { ...choices, file })).card, ...fileSource };
  const modelFile = join(folder, file);
  return {
    ...known,
    ...identity,
    ...fileSource,
    file,
    sha256: await sha256OfFile(modelFile),
    dtype: dtypeOf(await inspectOnnx(modelFile)),
    tokenizerSha256: await sha256OfFile(join(folder, 'tokenizer.json')),
  };
}

/** Nothing else may become a part of a URL. @throws QdxError `usage` for a folder or what cannot be a repository. */
function refuseNoRepository(name: string): void {
  if (/^\w[\w.-]*(\/\w[\w.-]*)?$/.test(name)) return;
  throw new QdxError('usage', `${JSON.stringify(name)} is no repository of a model hub: those are called owner/name`, {
    hint: `a folder needs no download: qdx verify-model ${shellLine([name])}`,
  });
}

function refuseBuiltIn(name: string): void {
  if (name === builtInModelName)
    throw new QdxError('usage', `${name} ships with qdx, there is nothing to download`, {
      hint: `check it with: qdx verify-model ${name}`,
    });
}
