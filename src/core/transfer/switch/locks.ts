/**
 * The writer locks of a transfer: of every public name that it changes, taken in one order by all, so that two transfers never
 * wait for each other.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { listCollections } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type LockOwner, withWriterLock } from '../../qdrant/lock.ts';
import { restoreStrictMode } from '../collection/strict-mode.ts';
import { currentOf, endCutSwitch } from './take-name.ts';
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
 * what earlier transfers to them left unfinished is said, and strict modes that they changed for a while are put back.
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
    await putBackStrictModes(connection, input.names, watched);
    return work(watched);
  });

/** What a run that was killed had changed for a while (strict-mode.ts): nobody else works on these names now. */
async function putBackStrictModes(connection: Connection, names: readonly string[], run: RunOptions): Promise<void> {
  const listed = await listCollections(connection, run.signal);
  const led = new Set(
    names.map((name) => currentOf(listed, name)?.physical).filter((physical) => physical !== undefined),
  );
  for (const physical of led)
    if (await restoreStrictMode(connection, physical))
      run.onEvent?.({
        type: 'note',
        message: `a run was killed while the strict mode of ${physical} was otherwise: it is as it was again`,
      });
}

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
