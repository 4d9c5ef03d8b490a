/**
 * `qdx gc`: shows what runs left behind and which versions were replaced, and deletes what was named. Only what qdx marked,
 * never what a name leads to, what a running command works on, or the last version before.
 */
import { randomUUID } from 'node:crypto';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { formatCount } from '../../lib/quantities.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { LockOwner } from '../qdrant/lock.ts';
import { type Candidate, findCandidates } from './gc/candidates.ts';
import { type RemovedScans, removeLeftoverScans } from './gc/leftover-scans.ts';
import { withWriterLocks } from './switch/locks.ts';
import type { AskText } from './switch/guards.ts';

export interface GarbageParams {
  /** Public names or collections to look at; empty: all. */
  readonly only: readonly string[];
  /** Versions before the live one that are kept, of each name. */
  readonly keep: number;
  /** `--confirm`: public names, or collections. */
  readonly confirmed: readonly string[];
  /** A script said yes to everything, so that silence would be taken for done. */
  readonly isYes: boolean;
  readonly ask: AskText;
  /** Where runs on this machine keep their scans. */
  readonly scratchFolder: string;
  readonly owner: LockOwner;
}

export interface GarbageSummary {
  readonly candidates: readonly (Candidate & { readonly isDeleted: boolean })[];
  readonly deleted: number;
  /** On this machine. */
  readonly scans: RemovedScans;
  readonly durationMs: number;
}

/** @throws QdxError `refused` for `--yes` without `--confirm`, and for a name of which there is nothing to delete. */
export async function collectGarbage(
  connection: Connection,
  params: GarbageParams,
  run: RunOptions = {},
): Promise<GarbageSummary> {
  const startedAt = performance.now();
  const { owner: me, keep, only } = params;
  const candidates = await findCandidates(connection, { keep, only, me }, run);
  const free = candidates.filter(({ keptBy }) => keptBy === null);
  assertConfirmable(params, candidates);
  const deleted = new Set<string>();
  for (const name of new Set(free.map((candidate) => candidate.name))) {
    const chosen = await chooseOf(params, name, free);
    for (const physical of await deleteOf(connection, params, { name, chosen }, run)) deleted.add(physical);
  }
  return {
    candidates: candidates.map((candidate) => ({ ...candidate, isDeleted: deleted.has(candidate.physical) })),
    deleted: deleted.size,
    // Last: those of collections that are deleted now are not needed any more.
    scans: await removeLeftoverScans(connection, { scratchFolder: params.scratchFolder, me }, run),
    durationMs: performance.now() - startedAt,
  };
}

function assertConfirmable({ confirmed, isYes }: GarbageParams, candidates: readonly Candidate[]): void {
  const free = candidates.filter(({ keptBy }) => keptBy === null);
  const [first] = free;
  if (isYes && confirmed.length === 0 && first)
    throw new QdxError('refused', `${free.length} collections could be deleted, and none was named`, {
      hint: `--yes does not delete for good: add --confirm ${[...new Set(free.map(({ name }) => name))].join(' --confirm ')}`,
      details: { candidates: free },
    });
  for (const name of confirmed) {
    const matches = (candidate: Candidate) => candidate.name === name || candidate.physical === name;
    if (free.some(matches)) continue;
    const keeper = candidates.find(matches);
    throw new QdxError(
      'refused',
      keeper ? `${keeper.physical} is not deleted: ${keeper.keptBy ?? ''}` : `there is nothing of ${name} to delete`,
      { hint: 'qdx gc shows what could be deleted, and what keeps the rest' },
    );
  }
}

async function chooseOf(
  { confirmed, ask }: GarbageParams,
  name: string,
  free: readonly Candidate[],
): Promise<Candidate[]> {
  const own = free.filter((candidate) => candidate.name === name);
  if (confirmed.length > 0)
    return own.filter(({ physical }) => confirmed.includes(name) || confirmed.includes(physical));
  const list = own.map(({ physical, points }) => `${physical} (${formatCount(points)} points)`).join(', ');
  const answer = await ask(`Delete ${list} for good? Type ${name} to do so:`);
  return answer?.trim() === name ? own : [];
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
