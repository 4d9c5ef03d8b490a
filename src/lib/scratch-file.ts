/**
 * A file of this process alone, for what does not fit into memory; nobody needs it after the process has ended.
 */
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileBytes, throwWriteError } from './file-bytes.ts';
import { isProcessAlive } from './processes.ts';

export interface ScratchFile {
  readonly path: string;
  write(piece: Uint8Array): Promise<void>;
  /** Everything written can be read from `path` now. */
  close(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Opens one in `folder`, or, where that cannot be written, in the system's temporary folder. What processes that died left
 * there under the same prefix is removed.
 * @throws QdxError where neither can be written.
 */
export async function createScratchFile(folder: string, prefix: string): Promise<ScratchFile> {
  return (await tryFolder(folder, prefix).catch(() => null)) ?? tryFolder(tmpdir(), prefix);
}

let made = 0;

async function tryFolder(folder: string, prefix: string): Promise<ScratchFile> {
  const path = join(folder, `${prefix}${process.pid}.${made++}.scratch`);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => throwWriteError(path, error));
  await removeDeadFiles(folder, prefix, '.scratch');
  const handle = await open(path, 'wx').catch((error: unknown) => throwWriteError(path, error));
  const bytes = createFileBytes(handle, path);
  return {
    path,
    write: (piece) => bytes.write(piece),
    async close() {
      await bytes.flush();
      await handle.close();
    },
    async remove() {
      await handle.close().catch(() => {});
      await rm(path, { force: true });
    },
  };
}

/** Removes files of `<prefix><pid>[.<n>]<ending>` whose process has ended. */
export async function removeDeadFiles(folder: string, prefix: string, ending: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix) || !name.endsWith(ending)) continue;
    const pid = /^(\d+)(?:\.\d+)?$/.exec(name.slice(prefix.length, -ending.length))?.[1];
    if (pid !== undefined && !isProcessAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}
