/**
 * The id of the local server of one data folder: what journals, marks and scans know it by. Its port is another after each
 * start, the path of its folder may be the same on two machines, and a folder may be moved.
 */
import { randomUUID } from 'node:crypto';
import { readIfThere } from '../../../lib/read-if-there.ts';
import { serverPaths, startLockWaitMs } from './server-state.ts';

/** `local server 1f0c9a2e3b4d`: written once, when it is first asked for. The folder is there. */
export async function localServerId(dataDir: string): Promise<string> {
  const { id, lock } = serverPaths(dataDir);
  return `local server ${(await read(id)) ?? (await make(id, { lock, dataDir }))}`;
}

/** Null where there is none yet. */
async function read(path: string): Promise<string | null> {
  const text = (await readIfThere(path))?.trim() ?? '';
  return text === '' ? null : text;
}

/** Two at once end up with the same one. */
async function make(path: string, { lock, dataDir }: { readonly lock: string; readonly dataDir: string }) {
  const { withLockFile } = await import('../../../lib/lock-file.ts');
  const { writeWholeFile } = await import('../../../lib/partial-file.ts');
  const label = `the start of the server in ${dataDir}`;
  return withLockFile(lock, { waitMs: startLockWaitMs, label }, async () => {
    const there = await read(path);
    if (there !== null) return there;
    const made = randomUUID().replaceAll('-', '').slice(0, 12);
    await writeWholeFile(path, `${made}\n`);
    return made;
  });
}
