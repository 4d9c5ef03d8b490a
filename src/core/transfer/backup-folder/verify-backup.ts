/**
 * Reads a whole backup and finds everything in it that is not as it was written: each with a message that names the file.
 * No server is asked.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { counted } from '../../../lib/quantities.ts';
import { decodeDescription } from '../collection/collection-description.ts';
import { sumOfHashes } from '../points/points-hash.ts';
import { journalName, readJournal } from './journal.ts';
import {
  type BackupManifest,
  type BackedUpCollection,
  decodeManifest,
  filesOfCollection,
  isBySnapshot,
  manifestName,
} from './manifest.ts';
import { type FileFault, findFileFaults, type ListedFile } from './check-files.ts';
import { findPartFault } from './check-part.ts';
import { shellText } from '../../../lib/shell-line.ts';

interface BackupProblem {
  /** Relative to the backup. */
  readonly file: string;
  readonly kind: FileFault | 'manifest' | 'content' | 'foreign';
  /** A sentence that begins with the file. */
  readonly message: string;
}

export interface BackupReport {
  readonly folder: string;
  /** Null where it cannot be read; `problems` says why. */
  readonly manifest: BackupManifest | null;
  readonly problems: readonly BackupProblem[];
  readonly filesRead: number;
  readonly bytesRead: number;
  readonly pointsRead: number;
}

/**
 * @throws QdxError `notFound` where there is no such folder, `verification` for a backup without manifest (unfinished, or
 * none), `refused` for a newer format.
 */
export async function verifyBackup(folder: string, run: RunOptions = {}): Promise<BackupReport> {
  const root = resolve(folder);
  const nothing = { folder: root, manifest: null, filesRead: 0, bytesRead: 0, pointsRead: 0 };
  let manifest: BackupManifest;
  try {
    manifest = await readManifest(root);
  } catch (error) {
    if (!isQdxError(error)) throw error;
    if (error.kind === 'notFound') throw maybeCollection(folder, error);
    if (error.details?.['file'] === undefined || error.kind !== 'verification') throw error;
    return { ...nothing, problems: [{ file: manifestName, kind: 'manifest', message: error.message }] };
  }
  const files = manifest.collections.flatMap(filesOf);
  run.onEvent?.({ type: 'phase', name: 'verifying', detail: root });
  const read = { files: 0, bytes: 0, points: 0 };
  const problems: BackupProblem[] = [];
  const faults = await findFileFaults(root, files, (bytes) => {
    run.signal?.throwIfAborted();
    read.files++;
    read.bytes += bytes;
    run.onEvent?.({ type: 'progress', stage: 'verifying', done: read.files, total: files.length, unit: 'files' });
  });
  problems.push(...faults);
  for (const collection of manifest.collections) {
    const sound = (file: string) => !faults.some((fault) => fault.file === `${collection.folder}/${file}`);
    problems.push(...(await checkCollection(root, manifest, collection, sound, read, run)));
  }
  return {
    folder: root,
    manifest,
    problems,
    filesRead: read.files,
    bytesRead: read.bytes,
    pointsRead: read.points,
  };
}

/** Reads every byte of it. @throws QdxError `verification`, naming the first problem. */
export async function readSoundBackup(root: string, run: RunOptions): Promise<BackupManifest> {
  const { manifest, problems } = await verifyBackup(root, run);
  const [first] = problems;
  if (manifest && !first) return manifest;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more problems)` : '';
  throw new QdxError('verification', `${root} is not sound: ${first?.message ?? ''}${more}`, {
    hint: shellText`qdx verify ${root}`,
    details: { problems },
  });
}

/** @throws QdxError as verifyBackup does. */
export async function readManifest(root: string): Promise<BackupManifest> {
  const path = join(root, manifestName);
  try {
    return await decodeManifest(await readFile(path), path);
  } catch (error) {
    if (isQdxError(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw await withoutManifest(root);
    throw new QdxError('verification', `${path} cannot be read: ${readFault(error)}`, { details: { file: path } });
  }
}

/** Collections are verified too, and need to be told what with. */
function maybeCollection(typed: string, { message, hint = '' }: QdxError): QdxError {
  const compare = shellText`qdx verify ${typed} --against <backup, collection or vectors file>`;
  return new QdxError('notFound', message, {
    hint: /[/\\]/u.test(typed) ? hint : `${hint}; if ${typed} is a collection: ${compare}`,
  });
}

async function withoutManifest(root: string): Promise<QdxError> {
  let names: readonly string[];
  try {
    names = await readdir(root);
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === 'ENOTDIR';
    const message = isFile ? `${root} is a file, and no folder of a backup` : `there is no folder ${root}`;
    return new QdxError('notFound', message, { hint: 'name the folder of a backup' });
  }
  if (!names.includes(journalName))
    return new QdxError('verification', `${root} is no backup: it has no ${manifestName}`, {
      hint: 'name the folder that qdx backup --to wrote',
    });
  const lines = await readJournal(root);
  const [first] = lines;
  const madeBefore = first?.type === 'start' ? first.madeBefore : undefined;
  const done = counted(lines.filter(({ type }) => type === 'part').length, 'parts are');
  const what = madeBefore === undefined ? 'an unfinished backup' : `an unfinished backup that ${madeBefore} began with`;
  return new QdxError('verification', `${root} is ${what}: it has no ${manifestName}, ${done} done`, {
    hint:
      madeBefore === undefined
        ? 'repeat the same qdx backup command to finish it'
        : `nothing was replaced by that run; the next ${madeBefore} finishes this one or makes its own, and this folder may be removed`,
  });
}

/** End of a sentence. */
const readFault = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'it is a folder' : ((error as Error).message ?? String(error));

const filesOf = (collection: BackedUpCollection): ListedFile[] =>
  filesOfCollection(collection).map((entry) => ({ ...entry, file: `${collection.folder}/${entry.file}` }));

async function checkCollection(
  root: string,
  manifest: BackupManifest,
  collection: BackedUpCollection,
  isSound: (file: string) => boolean,
  read: { points: number },
  run: RunOptions,
): Promise<BackupProblem[]> {
  const { folder, parts, description } = collection;
  const problems: BackupProblem[] = [];
  const foreign = await findForeign(join(root, folder, description.file), manifest);
  if (foreign !== null)
    problems.push({ file: `${folder}/${description.file}`, kind: 'foreign', message: `${folder}/${foreign}` });
  for (const part of parts.filter(({ file }) => isSound(file))) {
    run.signal?.throwIfAborted();
    const fault = await findPartFault(join(root, folder, part.file), part);
    read.points += part.points;
    const file = `${folder}/${part.file}`;
    if (fault !== null) problems.push({ file, kind: 'content', message: `${file} ${fault}` });
  }
  // What is in a snapshot only a server can read.
  if (isBySnapshot(collection)) return problems;
  const points = parts.reduce((sum, part) => sum + part.points, 0);
  const hash = sumOfHashes(parts.map(({ pointsHash }) => pointsHash));
  if (points !== collection.points || hash !== collection.pointsHash)
    problems.push({
      file: manifestName,
      kind: 'manifest',
      message: `${manifestName} contradicts itself: ${collection.name} has ${collection.points} points, its parts have ${points}`,
    });
  return problems;
}

/** The description says which backup it belongs to. Null also where it cannot be read: that is found elsewhere. */
async function findForeign(path: string, { backupId }: BackupManifest): Promise<string | null> {
  try {
    const description = decodeDescription(await readFile(path));
    if (description.backupId === backupId) return null;
    return `collection.json belongs to backup ${description.backupId}, ${manifestName} to ${backupId}`;
  } catch {
    return null;
  }
}
