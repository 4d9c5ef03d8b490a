/**
 * A file of this process alone, for what does not fit into memory; nobody needs it after the process has ended.
 */
import { randomBytes } from 'node:crypto';
import { makeFolder } from './make-folder.ts';
import { open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileBytes, throwWriteError } from './file-bytes.ts';
import { isProcessAlive, machineId } from './processes.ts';

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

async function tryFolder(folder: string, prefix: string): Promise<ScratchFile> {
  const path = join(folder, `${prefix}${ownName()}.scratch`);
  makeFolder(folder);
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

/**
 * A name that no other process gives, on whatever machine or in whatever container that shares the folder, and that tells this
 * machine's processes whether its owner is alive: `<machine>.<pid>.<random>`.
 */
export const ownName = (): string => `${machineId() ?? 'unknown'}.${process.pid}.${randomBytes(6).toString('hex')}`;

/**
 * Removes files and folders of `<prefix><ownName()><ending>` whose process ran on this machine and has ended. Of others' processes nothing
 * is known here: their files are theirs to remove.
 */
export async function removeDeadFiles(folder: string, prefix: string, ending: string): Promise<void> {
  const machine = machineId();
  if (machine === null) return;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix) || !name.endsWith(ending)) continue;
    const [owner, pid] =
      /^([0-9a-f]{12})\.(\d+)\.[0-9a-f]{12}$/.exec(name.slice(prefix.length, -ending.length))?.slice(1) ?? [];
    if (owner === machine && !isProcessAlive(Number(pid)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}
