/**
 * A file that appears under its name only when it is whole: written beside it, flushed to the disk, renamed.
 */
import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { QdxError } from './errors.ts';
import { isProcessAlive } from './process-alive.ts';

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

const bufferBytes = 256 * 1024;

/**
 * Opens a file that is to become `path`. Leftovers of writers that died are removed on the way.
 * @throws QdxError `notFound` where the folder is missing, `denied` where it may not be written, `failed` on a full disk.
 */
export async function createPartialFile(path: string): Promise<PartialFile> {
  const target = resolve(path);
  await removeLeftovers(target);
  const partial = `${target}.${process.pid}.partial`;
  const handle = await open(partial, 'w').catch((error: unknown) => refuse(path, error));
  return bufferedFile({ handle, partial, target, path });
}

interface Parts {
  readonly handle: FileHandle;
  readonly partial: string;
  readonly target: string;
  /** As the user typed it. */
  readonly path: string;
}

function bufferedFile({ handle, partial, target, path }: Parts): PartialFile {
  const buffer = Buffer.alloc(bufferBytes);
  let held = 0;
  let sizeBytes = 0;
  const flush = async () => {
    const bytes = buffer.subarray(0, held);
    held = 0;
    if (bytes.length > 0) await handle.writeFile(bytes).catch((error: unknown) => refuse(path, error));
  };
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    async write(bytes) {
      sizeBytes += bytes.length;
      if (held + bytes.length > bufferBytes) await flush();
      if (bytes.length > bufferBytes) {
        await handle.writeFile(bytes).catch((error: unknown) => refuse(path, error));
        return;
      }
      buffer.set(bytes, held);
      held += bytes.length;
    },
    async finish() {
      await flush();
      await handle.sync().catch((error: unknown) => refuse(path, error));
      await handle.close();
      await rename(partial, target).catch((error: unknown) => refuse(path, error));
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

async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const prefix = `${basename(target)}.`;
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /^(\d+)\.partial$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '')?.[1];
    if (pid !== undefined && !isProcessAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

const reasons: Readonly<Record<string, readonly ['notFound' | 'denied' | 'failed', string]>> = {
  ENOENT: ['notFound', 'its folder does not exist'],
  ENOTDIR: ['notFound', 'its folder is a file'],
  EACCES: ['denied', 'the folder may not be written'],
  EPERM: ['denied', 'the folder may not be written'],
  EROFS: ['denied', 'the file system is read-only'],
  ENOSPC: ['failed', 'the disk is full'],
  EDQUOT: ['failed', 'the disk quota is used up'],
  EISDIR: ['failed', 'it is a folder'],
};

function refuse(path: string, error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const [kind, reason] = reasons[code] ?? ['failed', String(error)];
  throw new QdxError(kind, `cannot write ${path}: ${reason}`, { cause: error });
}
