/**
 * The writer locks of a transfer: of every public name that it changes, taken in one order by all, so that two transfers never
 * wait for each other.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { acquireWriterLock, type LockOwner, type WriterLock } from '../qdrant/lock.ts';

export interface LocksInput {
  readonly names: readonly string[];
  readonly runId: string;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
}

/** Runs with a signal that also tells when a lock was lost. @throws QdxError `locked`, naming the owner. */
export async function withWriterLocks<T>(
  connection: Connection,
  { names, runId, owner, breakLock }: LocksInput,
  run: RunOptions,
  work: (run: RunOptions) => Promise<T>,
): Promise<T> {
  const locks: WriterLock[] = [];
  try {
    for (const target of [...new Set(names)].toSorted())
      locks.push(await acquireWriterLock(connection, { target, runId, owner, breakLock, ...run }));
    const signals = [...locks.map(({ lost }) => lost), ...(run.signal ? [run.signal] : [])];
    return await work({ ...run, signal: AbortSignal.any(signals) });
  } finally {
    for (const lock of locks) await release(lock, run);
  }
}

/** What the work came to counts more than a lock that could not be given back: it becomes stale by itself. */
async function release(lock: WriterLock, { onEvent }: RunOptions): Promise<void> {
  await lock.release().catch((error: unknown) => {
    onEvent?.({ type: 'warning', message: `a lock was not given back: ${(error as Error).message}` });
  });
}
