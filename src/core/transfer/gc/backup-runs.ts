/**
 * Backups by several machines that did not end: what their shards agreed on lies in `_qdx` until the last one is done
 * (backup/shard-records.ts), and for ever where one never is.
 */
import { isQdxError } from '../../../lib/errors.ts';
import { parseJson } from '../../../lib/json.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type Holder, listHolders, type LockOwner } from '../../qdrant/lock/holders.ts';
import { isKnownDead, looksOld } from '../../qdrant/lock/stale.ts';
import { defaultTiming } from '../../qdrant/lock/timing.ts';
import { listNotes, listRuns, type ListedRun, removeRun } from '../backup/shard-records.ts';
import { lockRunId } from '../backup/shard-wait.ts';

export interface BackupRunCandidate {
  readonly runId: string;
  readonly collections: readonly string[];
  readonly shards: number;
  /** Numbers of the shards that began, and of those whose folder is whole. */
  readonly begun: readonly number[];
  readonly done: readonly number[];
  /** Who took part, as far as it is known. */
  readonly owners: readonly LockOwner[];
  /** When a shard last noted something: ISO 8601 UTC. */
  readonly since: string;
  /** Why it is not removed; null: it may go. */
  readonly keptBy: string | null;
}

export async function findBackupRuns(connection: Connection, me: LockOwner): Promise<BackupRunCandidate[]> {
  try {
    const holders = await listHolders(connection);
    const runs = await listRuns(connection);
    return await Promise.all(runs.map(async (listed) => candidateOf(connection, listed, { holders, me })));
  } catch (error) {
    // Nothing of qdx was ever written to this server.
    if (isQdxError(error) && error.kind === 'notFound') return [];
    throw error;
  }
}

interface Holders {
  readonly holders: readonly Holder[];
  readonly me: LockOwner;
}

async function candidateOf(
  connection: Connection,
  { runId, run }: ListedRun,
  { holders, me }: Holders,
): Promise<BackupRunCandidate> {
  const notes = (await listNotes(connection, runId)).toSorted((a, b) => a.shard - b.shard);
  const own: Holder = { target: '', runId: '', token: '', owner: me, renewedAtMs: 0 };
  const atWork = holders.find(
    (holder) =>
      holder.runId === lockRunId({ runId }) &&
      !isKnownDead(holder, own) &&
      !looksOld(holder, defaultTiming.staleAfterMs),
  );
  return {
    runId,
    collections: (parseJson(run.request) as { readonly collections: readonly string[] }).collections,
    shards: run.shards,
    begun: notes.map(({ shard }) => shard),
    done: notes.filter(({ isDone }) => isDone).map(({ shard }) => shard),
    owners: notes.flatMap(({ owner }) => owner ?? []),
    since: notes.reduce((latest, { at }) => (at !== undefined && at > latest ? at : latest), run.startedAt),
    keptBy: atWork ? `process ${atWork.owner.pid} on ${atWork.owner.host} is at work on it` : null,
  };
}

/** Looked at again: a shard may have been taken up meanwhile. False where it stays. */
export async function removeBackupRun(connection: Connection, runId: string, me: LockOwner): Promise<boolean> {
  const now = (await findBackupRuns(connection, me)).find((run) => run.runId === runId);
  if (!now || now.keptBy !== null) return false;
  await removeRun(connection, runId);
  return true;
}
