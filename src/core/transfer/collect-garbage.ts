/**
 * `qdx gc`: shows what runs left behind and which versions were replaced, and deletes what was named. Only what qdx marked,
 * never what a name leads to, what a running command works on, or the last version before. What needs no yes is done at once:
 * scans on this machine that nobody needs, and strict modes that a killed run left otherwise.
 */
import { randomUUID } from 'node:crypto';
import type { RunOptions } from '../../lib/events.ts';
import { counted } from '../../lib/quantities.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { LockOwner } from '../qdrant/lock.ts';
import { type BackupRunCandidate, findBackupRuns, removeBackupRun } from './gc/backup-runs.ts';
import { type Candidate, findCandidates } from './gc/candidates.ts';
import { assertConfirmable, type Confirmation, deletableOf, deletableRun } from './gc/confirmable.ts';
import { assertKnown } from './gc/known-names.ts';
import { type LeftStrictMode, putBackLeftStrictModes } from './gc/left-strict-modes.ts';
import { type RemovedScans, removeLeftoverScans } from './gc/leftover-scans.ts';
import { withWriterLocks } from './switch/locks.ts';
import type { AskText } from './switch/guards.ts';

export interface GarbageParams extends Confirmation {
  /** Public names or collections to look at; empty: all. */
  readonly only: readonly string[];
  /** Versions before the live one that are kept, of each name. */
  readonly keep: number;
  readonly ask: AskText;
  /** Where runs on this machine keep their scans. */
  readonly scratchFolder: string;
  readonly owner: LockOwner;
}

export interface GarbageSummary {
  readonly candidates: readonly (Candidate & { readonly isDeleted: boolean })[];
  readonly deleted: number;
  /** Backups by several machines that did not end. */
  readonly backupRuns: readonly (BackupRunCandidate & { readonly isDeleted: boolean })[];
  readonly strictModes: readonly LeftStrictMode[];
  /** On this machine. */
  readonly scans: RemovedScans;
  readonly durationMs: number;
}

/**
 * @throws QdxError `notFound` for a name in `only` that nothing goes by; `refused` for `--yes` without `--confirm`, and for a
 * name of which there is nothing to delete.
 */
export async function collectGarbage(
  connection: Connection,
  params: GarbageParams,
  run: RunOptions = {},
): Promise<GarbageSummary> {
  const startedAt = performance.now();
  const { owner: me, keep, only } = params;
  const candidates = await findCandidates(connection, { keep, only, me }, run);
  const free = candidates.filter(({ keptBy }) => keptBy === null);
  const runs = (await findBackupRuns(connection, me)).filter(
    ({ runId, collections }) => only.length === 0 || [runId, ...collections].some((name) => only.includes(name)),
  );
  const left = [
    ...candidates.flatMap(({ name, physical }) => [name, physical]),
    ...runs.flatMap(({ runId, collections }) => [runId, ...collections]),
  ];
  await assertKnown(connection, { only, left }, run);
  await assertConfirmable(connection, params, [...candidates.map(deletableOf), ...runs.map(deletableRun)], run);
  const deleted = new Set<string>();
  for (const typed of new Set(free.map(({ confirmBy }) => confirmBy))) {
    const own = free.filter(({ confirmBy }) => confirmBy === typed);
    const chosen = await chooseOf(params, typed, own);
    const name = own[0]?.name ?? typed;
    for (const physical of await deleteOf(connection, params, { name, chosen }, run)) deleted.add(physical);
  }
  const removed = await removeRuns(connection, params, runs);
  return {
    backupRuns: runs.map((each) => ({ ...each, isDeleted: removed.has(each.runId) })),
    strictModes: await putBackLeftStrictModes(connection, { only, me }, run),
    candidates: candidates.map((candidate) => ({ ...candidate, isDeleted: deleted.has(candidate.physical) })),
    deleted: deleted.size,
    // Last: those of collections that are deleted now are not needed any more.
    scans: await removeLeftoverScans(connection, { scratchFolder: params.scratchFolder, me }, run),
    durationMs: performance.now() - startedAt,
  };
}

/** Returns the ids of those that are gone. */
async function removeRuns(
  connection: Connection,
  { confirmed, ask, owner }: GarbageParams,
  runs: readonly BackupRunCandidate[],
): Promise<ReadonlySet<string>> {
  const removed = new Set<string>();
  for (const { runId, keptBy, shards, done } of runs) {
    if (keptBy !== null) continue;
    const question = `Give up backup run ${runId} (${done.length} of ${shards} shards are done)? It cannot be finished then. Type ${runId}:`;
    const isMeant = confirmed.length > 0 ? confirmed.includes(runId) : (await ask(question))?.trim() === runId;
    if (isMeant && (await removeBackupRun(connection, runId, owner))) removed.add(runId);
  }
  return removed;
}

async function chooseOf(
  { confirmed, ask }: GarbageParams,
  typed: string,
  own: readonly Candidate[],
): Promise<readonly Candidate[]> {
  if (confirmed.length > 0)
    return own.filter(({ physical }) => confirmed.includes(typed) || confirmed.includes(physical));
  const list = own.map(({ physical, points }) => `${physical} (${counted(points, 'points')})`).join(', ');
  const answer = await ask(`Delete ${list} for good? Type ${typed} to do so:`);
  return answer?.trim() === typed ? own : [];
}

/** Under the lock of the name, and looked at again. */
async function deleteOf(
  connection: Connection,
  { owner, keep }: GarbageParams,
  { name, chosen }: { readonly name: string; readonly chosen: readonly Candidate[] },
  run: RunOptions,
): Promise<string[]> {
  if (chosen.length === 0) return [];
  const lock = { names: [name], owner, breakLock: false, runId: randomUUID() };
  return withWriterLocks(connection, lock, run, async (watched) => {
    // Without the lock that is held now, which would keep them.
    const now = await findCandidates(connection, { keep, only: [name], me: owner, isHeld: true }, watched);
    const deleted: string[] = [];
    for (const { physical } of chosen) {
      if (!now.some((candidate) => candidate.physical === physical && candidate.keptBy === null)) continue;
      watched.signal?.throwIfAborted();
      watched.onEvent?.({ type: 'phase', name: 'deleting', detail: physical });
      await connection.request('DELETE', `/collections/${encodeURIComponent(physical)}`);
      deleted.push(physical);
    }
    return deleted;
  });
}
