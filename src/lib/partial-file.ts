/**
 * A file that appears under its name only when it is whole: written beside it, flushed to the disk, renamed.
 */
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { QdxError } from './errors.ts';
import { createFileBytes, noFilesCode, throwWriteError } from './file-bytes.ts';
import { ownName, removeDeadFiles } from './scratch-file.ts';

export interface PartialFile {
  /** Bytes taken so far, those still in memory included. */
  readonly sizeBytes: number;
  /** Takes bytes; waits where the disk is behind. The buffer may be reused after that. */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes to the disk and gives the file its name. */
  finish(): Promise<void>;
  /** Removes what was written; the final name was never touched. */
  abandon(): Promise<void>;
}

/**
 * Opens a file that is to become `path`. Leftovers of writers that died are removed on the way.
 * @throws QdxError `notFound` where the folder is missing, `denied` where it may not be written, `failed` on a full disk.
 */
export async function createPartialFile(path: string): Promise<PartialFile> {
  await assertIsNoOther(path);
  // Behind a link it is the file that is replaced, not the link.
  const target = await realpath(path).catch(() => resolve(path));
  await removeDeadFiles(dirname(target), `${basename(target)}.`, '.partial');
  return partialFile({ ...(await openPartial(target, path)), target, path });
}

/** Its folder is there: what the system does not find then is a place for files (`/proc`). */
async function openPartial(target: string, path: string): Promise<Pick<Parts, 'handle' | 'partial'>> {
  const partial = `${target}.${ownName()}.partial`;
  const handle = await open(partial, 'wx').catch((error: NodeJS.ErrnoException) =>
    throwWriteError(path, error.code === 'ENOENT' ? { code: noFilesCode } : error),
  );
  return { handle, partial };
}

/** All of a file in one: as `createPartialFile`; nothing is left beside it where it cannot be written. */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const file = await createPartialFile(path);
  try {
    await file.write(typeof content === 'string' ? Buffer.from(content) : content);
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/**
 * For before the work, where the file itself is opened after it: one is made beside it, and removed.
 * @throws QdxError as `createPartialFile`.
 */
export async function assertMayBecomeFile(path: string): Promise<void> {
  await (await createPartialFile(path)).abandon();
}

/** @throws QdxError `usage` for a folder, a device or a pipe, `notFound` where the folder it is to lie in is missing. */
async function assertIsNoOther(path: string): Promise<void> {
  const target = resolve(path);
  const existing = await stat(target).catch(() => null);
  if (existing?.isDirectory()) throwWriteError(path, { code: 'EISDIR' });
  if (existing && !existing.isFile())
    throw new QdxError('usage', `${path} is a device, a pipe or a socket: a file would take its place`, {
      hint: 'name a file',
    });
  const folder = await stat(dirname(target)).catch((error: unknown) => throwWriteError(path, error));
  if (!folder.isDirectory()) throwWriteError(path, { code: 'ENOTDIR' });
}

interface Parts {
  readonly handle: FileHandle;
  readonly partial: string;
  readonly target: string;
  /** As the user typed it. */
  readonly path: string;
}

function partialFile({ handle, partial, target, path }: Parts): PartialFile {
  const bytes = createFileBytes(handle, path);
  return {
    get sizeBytes() {
      return bytes.sizeBytes;
    },
    write: (piece) => bytes.write(piece),
    async finish() {
      await bytes.flush();
      await handle.sync().catch((error: unknown) => throwWriteError(path, error));
      await handle.close();
      await rename(partial, target).catch((error: unknown) => throwWriteError(path, error));
      await syncFolder(dirname(target));
    },
    async abandon() {
      await handle.close().catch(() => {});
      await rm(partial, { force: true });
    },
  };
}

/** Makes the new name itself survive a power cut; folders cannot be opened on every system. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
