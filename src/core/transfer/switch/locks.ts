/**
 * The writer locks of a transfer: of every public name that it changes, taken in one order by all, so that two transfers never
 * wait for each other.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type LockOwner, withWriterLock } from '../../qdrant/lock.ts';
import { endCutSwitch } from './take-name.ts';
import { tellUnfinished } from '../journal/transfer-journal.ts';

export interface LocksInput {
  readonly names: readonly string[];
  readonly runId: string;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
  /** The command itself goes on with a switch that was cut off: it has more to do after it. */
  readonly resumesSwitch?: true;
}

/**
 * Runs with a signal that also tells when a lock was lost. A switch of these names that was cut off is brought to its end first,
 * and what earlier transfers to them left unfinished is said.
 * @throws QdxError `locked`, naming the owner.
 */
export const withWriterLocks = <T>(
  connection: Connection,
  input: LocksInput,
  run: RunOptions,
  work: (run: RunOptions) => Promise<T>,
): Promise<T> =>
  takeAll(connection, input, run, async (watched) => {
    if (!input.resumesSwitch) for (const name of input.names) await endCutSwitch(connection, name, watched);
    await tellUnfinished(connection, input.names, watched);
    return work(watched);
  });

async function takeAll<T>(
  connection: Connection,
  { names, ...who }: Omit<LocksInput, 'resumesSwitch'>,
  run: RunOptions,
  work: (run: RunOptions) => Promise<T>,
): Promise<T> {
  const [target, ...others] = [...new Set(names)].toSorted();
  if (target === undefined) return work(run);
  return withWriterLock(connection, { target, ...who }, run, async (watched) =>
    takeAll(connection, { names: others, ...who }, watched, work),
  );
}
