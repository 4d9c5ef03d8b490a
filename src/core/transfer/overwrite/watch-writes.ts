/**
 * Writes to the old collection while the new one is made. The file decides what was there before the run; what a writer was
 * acknowledged during the run is carried over on top of it, or nothing is switched. A run that was killed or failed and the one
 * that goes on with it are one: its first scan is kept, and what was written since then is carried over.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { carryLateCopies, type LateReport } from '../delta/late-writes.ts';
import { scanFirst } from '../delta/first-scan.ts';
import { readFirstScan, saveFirstScan, saveScans } from '../delta/saved-scans.ts';
import { type Changes, scanChanges } from '../delta/scan-changes.ts';
import type { IndexFolder, ScanIndex } from '../delta/scan-index.ts';
import { addCounts, type ChangeCounts, settle } from '../delta/settle.ts';
import type { Side } from '../points/side.ts';
import { writeChanges } from '../delta/write-changes.ts';
import { displayId } from '../points/point-order.ts';
import { relaxingStrictMode } from '../collection/strict-mode.ts';

export interface WatchInput {
  readonly old: Side;
  readonly shardKeys: readonly (string | number)[];
  readonly folder: IndexFolder;
  readonly batchSize: number;
  readonly parallel: number;
  /** Scans after the first, at most. */
  readonly rounds: number;
  /** A point of the old collection can be one of the new one as it is. */
  readonly takesOldPoints: boolean;
  /** Of the transfer, as in its mark. */
  readonly origin: string;
  /** An earlier run left its staging collection: its first scan counts. */
  readonly isLeftover: boolean;
  /** Called once, before the first write is carried over: the staging collection is not what the file says any more. */
  readonly beforeCarrying: () => Promise<void>;
  /** Go on where writes cannot be carried over, or do not end, and report. */
  readonly allowConcurrentWrites: boolean;
}

export interface MeanwhileReport extends ChangeCounts {
  /** False: the vectors of the new collection are others, so that these writes are in the old one alone. */
  readonly isCarried: boolean;
  readonly isQuiet: boolean;
}

interface SettleOptions {
  /** Writes that do not end are no failure: another look follows, when nobody can write. */
  readonly mayBeLoud?: boolean;
}

export interface WriteWatch {
  /** Brings over what changed since the last look. @throws QdxError `verification` where that cannot be. */
  settleInto(staging: Side, options: SettleOptions, run: RunOptions): Promise<MeanwhileReport>;
  /** What was settled last is in the staging collection, and is remembered for the look after the switch, by a later run too. */
  remember(staging: Side, run: RunOptions): Promise<void>;
  /** After the switch; only where the new collection takes points of the old one. */
  carryLate(current: Side, run: RunOptions): Promise<LateReport>;
}

export async function watchWrites(input: WatchInput, run: RunOptions): Promise<WriteWatch> {
  const { old, folder, parallel, rounds, takesOldPoints, allowConcurrentWrites } = input;
  const first = await firstScan(input, run);
  let index = first;
  let proven: ScanIndex | null = null;
  let looks = 0;
  let noted: Promise<void> | undefined;
  let carried: ChangeCounts = { inserted: 0, changed: 0, deleted: 0 };
  return {
    async settleInto(staging, { mayBeLoud = false }, watched) {
      const { relax, restore } = relaxingStrictMode(staging.connection, staging.physical);
      const carryOver = async (changes: Changes): Promise<void> => {
        if (takesOldPoints) {
          await (noted ??= input.beforeCarrying());
          await relax();
          await writeChanges(staging, changes, input, watched);
        } else if (!allowConcurrentWrites) throw cannotCarry(old, changes);
      };
      // Each look has files of its own: the one before is read while this one is written.
      const look = `look-${looks++}`;
      const own: IndexFolder = {
        ...folder,
        write: async (scan, number, range) => folder.write(`${look}-${scan}`, number, range),
        drop: async (scan) => (scan === first ? undefined : folder.drop(scan)),
      };
      const looking = { source: old, index, folder: own, rounds, parallel, carryOver };
      const settled = await settle(looking, watched).finally(restore);
      if (!settled.isQuiet && !mayBeLoud && !allowConcurrentWrites) throw notQuiet(old, settled.last.first, rounds);
      index = settled.index;
      carried = addCounts(carried, settled.carried);
      return { ...carried, isCarried: takesOldPoints, isQuiet: settled.isQuiet };
    },
    async remember(staging, watched) {
      proven = await scanChanges({ side: staging, before: index, scan: 'staging', folder, parallel }, watched);
      await saveScans(folder, { origin: input.origin, oldIndex: index, currentIndex: proven });
    },
    async carryLate(current, watched) {
      const scans = { oldIndex: index, currentIndex: proven ?? index };
      return carryLateCopies({ old, current, folder, rounds, parallel, ...scans }, watched);
    },
  };
}

/** What the collection held when the run began, or the one that it goes on with. */
async function firstScan(input: WatchInput, run: RunOptions): Promise<ScanIndex> {
  const { old, shardKeys, folder, parallel, origin, isLeftover } = input;
  const saved = isLeftover ? await readFirstScan(folder, { origin, physical: old.physical }) : null;
  if (saved) return saved;
  if (isLeftover)
    run.onEvent?.({
      type: 'warning',
      message: `an earlier run began this, and its first scan is not here: what was written to ${old.physical} before now gives way to the file`,
    });
  const index = await scanFirst({ side: old, shardKeys, folder, scan: 'first', parallel }, run);
  await saveFirstScan(folder, { origin, physical: old.physical, index });
  return index;
}

const cannotCarry = ({ physical }: Side, { inserted, changed, deleted }: Changes): QdxError => {
  const first = [...inserted, ...changed].map(({ id }) => id).concat(deleted)[0] ?? '';
  return new QdxError(
    'verification',
    `${physical} was written to meanwhile (the first: point ${displayId(first)}), and its points do not fit the new ` +
      'collection, which has other vectors',
    {
      hint: 'nothing was switched; put what was written into the file, or add --allow-concurrent-writes to leave it behind',
    },
  );
};

const notQuiet = ({ physical }: Side, first: readonly string[], rounds: number): QdxError =>
  new QdxError(
    'verification',
    `${physical} is being written to: scan ${rounds + 1} still found changes (${first.join(', ')})`,
    {
      hint: 'nothing was switched; run the same command again when nobody writes, or add --allow-concurrent-writes',
    },
  );
