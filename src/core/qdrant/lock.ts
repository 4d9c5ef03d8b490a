/**
 * One writer per target. Two records in the server's `_qdx` collection:
 *
 * - the claim, one point per target: which run holds it, and who of that run joined last;
 * - a holder, one point per process: who it is and when it last said that it lives. Shards of one run are several
 *   holders of one claim, so they never lock each other out.
 *
 * Taking the claim is one conditional upsert (Qdrant inserts what is absent and changes only what matches), and reading
 * back decides who won. A holder is written before its claim and a claim is deleted only if nobody joined since its
 * holders were listed, so at no moment do two runs believe that they hold it. Servers before 1.16 have no condition:
 * there every run writes its holder, then withdraws if it sees another run's (of two that start at once, both may).
 */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { RunOptions } from '../../lib/events.ts';
import { processIdentity } from '../../lib/processes.ts';
import { ensureSystemCollection } from './collection/system-collection.ts';
import type { Connection } from './connection/connection.ts';
import { withLimits } from './connection/with-limits.ts';
import { takeLock } from './lock/acquire.ts';
import { deleteHolder, type Holder, type LockOwner, writeHolder } from './lock/holders.ts';
import { keepRenewing, releaseWithinMs, type WriterLock } from './lock/renewal.ts';
import { defaultTiming, type LockTiming } from './lock/timing.ts';

export type { LockOwner } from './lock/holders.ts';
export type { WriterLock } from './lock/renewal.ts';

/** This process as the owner of a lock. */
export const lockOwner = (command: string): LockOwner => ({ ...processIdentity(), command });

export interface LockRequest {
  /** Public name of the collection. */
  readonly target: string;
  /** Runs of one id share the lock. */
  readonly runId: string;
  readonly owner: LockOwner;
  /** `--break-lock`: take it from whoever holds it. */
  readonly breakLock?: boolean;
  /** For tests. */
  readonly timing?: LockTiming;
}

export type LockInput = LockRequest & RunOptions;

/**
 * Works while holding the lock. `watched` is `run` with a signal that also tells when the lock was lost; `lost` tells that
 * alone: what is on its way must stop at once then, because another run may write.
 * @throws QdxError `locked`, naming the owner; also where the lock was lost, whatever the work said of it.
 */
export async function withWriterLock<T>(
  connection: Connection,
  request: LockRequest,
  run: RunOptions,
  work: (watched: RunOptions, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const lock = await acquireWriterLock(connection, { ...request, ...run });
  const signal = run.signal ? AbortSignal.any([run.signal, lock.lost]) : lock.lost;
  // Every request on its way listens; see cli/signals.ts.
  setMaxListeners(0, signal);
  try {
    return await work({ ...run, signal }, lock.lost);
  } catch (error) {
    throw lock.lost.aborted ? lock.lost.reason : error;
  } finally {
    await giveBack(lock, run);
  }
}

/** What the work came to counts more than a lock that could not be given back: it becomes stale by itself. */
async function giveBack(lock: WriterLock, { onEvent }: RunOptions): Promise<void> {
  await lock.release().catch((error: unknown) => {
    if (lock.lost.aborted) return;
    onEvent?.({ type: 'warning', message: `the writer lock was not given back: ${(error as Error).message}` });
  });
}

/** @throws QdxError `locked`, naming the owner. */
export async function acquireWriterLock(connection: Connection, input: LockInput): Promise<WriterLock> {
  const { timing = defaultTiming, signal } = input;
  await ensureSystemCollection(connection, signal);
  const hasClaim = (await connection.server()).features.conditionalUpsert;
  const me: Holder = {
    target: input.target,
    runId: input.runId,
    token: randomUUID(),
    owner: input.owner,
    renewedAtMs: Date.now(),
  };
  const renewedAt = performance.now();
  const line = signal ? withLimits(connection, { signal }) : connection;
  try {
    await writeHolder(line, me);
    await takeLock(line, me, { ...input, timing, hasClaim });
  } catch (error) {
    // Not over `line`, which was stopped perhaps; and a server that is gone must not hide why.
    const last = withLimits(connection, { repeatable: false, signal: AbortSignal.timeout(releaseWithinMs) });
    await deleteHolder(last, me).catch(() => {});
    throw error;
  }
  return keepRenewing(connection, me, { timing, hasClaim, renewedAt });
}
