/**
 * After the switch: what still reached the old collection is carried over to the new one, unless the point was changed there
 * since. A point of the new one is changed, inserted or deleted on a condition, so that a write that comes in between wins.
 *
 * What remains open: a point that was inserted late into the old collection, and deleted from the new one before it was carried
 * over, comes back; and a write to the new one that changes only vectors, or values deep inside of a payload, in the
 * milliseconds between the look at a point and its change, is lost (the server's conditions see payloads only).
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { RawPoint } from '../points/raw-points.ts';
import { relaxingStrictMode, restoreStrictMode } from '../collection/strict-mode.ts';
import { type Carried, carryChanges, type Carrying, hashOrNull, openProven } from './carry-changes.ts';
import { openCarriedLog } from './carried-log.ts';
import { retrieveRaw } from './conditional.ts';
import { type Changes, scanChanges } from './scan-changes.ts';
import type { IndexFolder, ScanIndex } from './scan-index.ts';
import { addCounts, type ChangeCounts, changesIn, noChanges } from './settle.ts';
import type { Side } from '../points/side.ts';
import { isSameLine } from '../points/comparable-line.ts';

export interface LateInput extends Omit<Carrying, 'log' | 'relax'> {
  /** Where the name led before, or the source. */
  readonly old: Side;
  /** What of it is in the new collection. */
  readonly oldIndex: ScanIndex;
  /** How the new one was when it was proven, in the same ranges. Of a copy the same as `oldIndex`. */
  readonly currentIndex: ScanIndex;
  readonly folder: IndexFolder;
  /** Scans at most; the first one that finds nothing ends it. */
  readonly rounds: number;
  readonly parallel: number;
}

export interface LateReport extends Carried {
  /** The last scan of the old collection found nothing new. */
  readonly isQuiet: boolean;
  readonly rounds: number;
}

/** Of a new collection whose points are those of the old one, byte for byte. */
export const carryLateCopies = (input: Omit<LateInput, 'make' | 'isCurrent'>, run: RunOptions): Promise<LateReport> =>
  carryLateWrites(
    {
      ...input,
      make: async (points) => points,
      isCurrent: (was: RawPoint, is: RawPoint) => isSameLine(was.line, is.line),
    },
    run,
  );

/** May be repeated after a kill: what was carried over until then is known by its log, and is not taken for somebody else's. */
export async function carryLateWrites(input: LateInput, run: RunOptions = {}): Promise<LateReport> {
  const { connection, physical } = input.current;
  await restoreStrictMode(connection, physical);
  const log = await openCarriedLog(input.folder);
  const { relax, restore } = relaxingStrictMode(connection, physical);
  try {
    const carrying = { ...input, log, relax };
    await settleBegun(carrying, run);
    return await carryRounds(carrying, run);
  } finally {
    await log.close();
    await restore();
  }
}

async function carryRounds(input: LateInput & Carrying, run: RunOptions): Promise<LateReport> {
  const { old, folder, rounds, parallel, log } = input;
  let index = log.amend(input.oldIndex);
  let done: Carried = { carried: noChanges, newer: 0, skipped: 0 };
  for (let round = 1; round <= rounds; round++) {
    run.onEvent?.({ type: 'phase', name: 'late writes', detail: `${old.physical}, scan ${round}` });
    const proven = openProven(input.currentIndex);
    let found = 0;
    const onChanges = async (changes: Changes): Promise<void> => {
      found += changesIn(countsOf(changes));
      const { carried, newer, skipped } = await carryChanges(input, changes, proven, run);
      done = {
        carried: addCounts(done.carried, carried),
        newer: done.newer + newer,
        skipped: done.skipped + skipped,
      };
    };
    const before = index;
    index = await scanChanges({ side: old, before, scan: `late-${round}`, folder, parallel, onChanges }, run);
    await proven.close();
    if (found === 0) return { isQuiet: true, rounds: round, ...done };
  }
  return { isQuiet: false, rounds, ...done };
}

const countsOf = ({ inserted, changed, deleted }: Changes): ChangeCounts => ({
  inserted: inserted.length,
  changed: changed.length,
  deleted: deleted.length,
});

/** What a killed run was about to change: is it there? */
async function settleBegun({ log, current, isCurrent }: Carrying, run: RunOptions): Promise<void> {
  for (const { shardKey, id, source } of log.begun) {
    const [point] = await retrieveRaw(current, [id], shardKey, run);
    const isDone = source ? point !== undefined && isCurrent(source, point) : point === undefined;
    if (isDone) await log.done({ shardKey, id, old: hashOrNull(source), current: hashOrNull(point) });
  }
}
