/**
 * Scans that runs left in the cache folder of this machine, and that no run on this server needs any more. They are files of
 * qdx alone, made anew whenever they are missing: nobody is asked.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions } from '../../../lib/events.ts';
import { listCollections } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { isServerOf } from '../../qdrant/connection/same-server.ts';
import type { LockOwner } from '../../qdrant/lock.ts';
import { findLockOwner } from '../../qdrant/lock/owner.ts';
import { listScansFolders, type ScansOwner } from '../delta/saved-scans.ts';
import { readTransferMark } from '../journal/transfer-mark.ts';

export interface RemovedScans {
  /** Transfers whose scans were removed. */
  readonly folders: number;
  readonly bytes: number;
}

/** Those of other servers stay. */
export async function removeLeftoverScans(
  connection: Connection,
  { scratchFolder, me }: { readonly scratchFolder: string; readonly me: LockOwner },
  run: RunOptions,
): Promise<RemovedScans> {
  let [folders, bytes] = [0, 0];
  for (const { path, owner } of await listScansFolders(scratchFolder)) {
    run.signal?.throwIfAborted();
    if (!isServerOf(connection, owner.url) || (await isNeeded(connection, owner, me, run))) continue;
    bytes += await sizeOf(path);
    await rm(path, { recursive: true, force: true });
    folders++;
  }
  return { folders, bytes };
}

/** Somebody is at work on the name, or the collection is unfinished: the run that goes on with it finds late writes by them. */
async function isNeeded(
  connection: Connection,
  { name, physical, origin }: ScansOwner,
  me: LockOwner,
  { signal }: RunOptions,
): Promise<boolean> {
  if (await findLockOwner(connection, name, me)) return true;
  const isThere = (await listCollections(connection, signal)).some((entry) => entry.physical === physical);
  const mark = isThere ? await readTransferMark(connection, physical) : null;
  return mark?.state === 'staging' && mark.origin === origin;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes;
}
