/**
 * Collections whose strict mode a killed run had changed for a while (strict-mode.ts). They are put back without asking: nothing
 * is deleted, and until then limits do not hold that somebody set, or writers are held off that nobody means to hold off.
 */
import { randomUUID } from 'node:crypto';
import type { RunOptions } from '../../../lib/events.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { type ListedCollection, listCollections } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { LockOwner } from '../../qdrant/lock.ts';
import { findLockOwner } from '../../qdrant/lock/owner.ts';
import { withWriterLocks } from '../switch/locks.ts';
import { restoreStrictMode, strictModeToRestore } from '../collection/strict-mode.ts';
import { readTransferMark } from '../journal/transfer-mark.ts';

export interface LeftStrictMode {
  readonly collection: string;
  /** Why it was not put back; null: it was. */
  readonly keptBy: string | null;
}

export async function putBackLeftStrictModes(
  connection: Connection,
  { only, me }: { readonly only: readonly string[]; readonly me: LockOwner },
  run: RunOptions,
): Promise<LeftStrictMode[]> {
  const found: LeftStrictMode[] = [];
  for (const entry of await listCollections(connection, run.signal)) {
    const { physical } = entry;
    if (strictModeToRestore(await readCollectionInfo(connection, physical, run.signal)) === null) continue;
    const names = await lockNamesOf(connection, entry);
    if (only.length > 0 && !only.some((name) => names.includes(name) || versionOf(name, physical) !== null)) continue;
    const owners = await Promise.all(names.map(async (name) => findLockOwner(connection, name, me)));
    const owner = owners.find((each) => each !== null);
    const keptBy = owner ? `"${owner.command}" is at work on it (process ${owner.pid} on ${owner.host})` : null;
    if (!owner) {
      const lock = { names, owner: me, breakLock: false, runId: randomUUID(), resumesSwitch: true } as const;
      await withWriterLocks(connection, lock, run, async () => restoreStrictMode(connection, physical));
    }
    found.push({ collection: physical, keptBy });
  }
  return found;
}

/** Names under which a run may be at work on it. */
async function lockNamesOf(connection: Connection, { physical, aliases }: ListedCollection): Promise<string[]> {
  const mark = await readTransferMark(connection, physical);
  return [...new Set([...aliases, physical, ...(mark ? [mark.name] : [])])];
}
