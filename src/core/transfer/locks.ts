/**
 * The writer locks of a transfer: of every public name that it changes, taken in one order by all, so that two transfers never
 * wait for each other.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { type LockOwner, withWriterLock } from '../qdrant/lock.ts';

export interface LocksInput {
  readonly names: readonly string[];
  readonly runId: string;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
}

/** Runs with a signal that also tells when a lock was lost. @throws QdxError `locked`, naming the owner. */
export async function withWriterLocks<T>(
  connection: Connection,
  { names, ...who }: LocksInput,
  run: RunOptions,
  work: (run: RunOptions) => Promise<T>,
): Promise<T> {
  const [target, ...others] = [...new Set(names)].toSorted();
  if (target === undefined) return work(run);
  return withWriterLock(connection, { target, ...who }, run, async (watched) =>
    withWriterLocks(connection, { names: others, ...who }, watched, work),
  );
}
