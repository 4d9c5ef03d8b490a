/**
 * Brings a copy up to date with a collection that may be written to meanwhile: reads it again and again, and carries over what
 * changed, until two scans agree or the limit of rounds is reached.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { displayId } from '../points/point-order.ts';
import { type Changes, scanChanges } from './scan-changes.ts';
import { type IndexFolder, pointsOf, type ScanIndex } from './scan-index.ts';
import type { Side } from '../points/side.ts';

export interface SettleInput {
  readonly source: Side;
  /** What was read of it when the copy was made. */
  readonly index: ScanIndex;
  readonly folder: IndexFolder;
  /** Scans at most; the first one that finds nothing ends it. */
  readonly rounds: number;
  readonly parallel: number;
  /** Makes the copy of what changed. Confirmed when it returns. */
  readonly carryOver: (changes: Changes) => Promise<void>;
}

export interface SettleReport {
  /** Of the last scan: what the copy was made from. */
  readonly index: ScanIndex;
  /** The last two scans agree. */
  readonly isQuiet: boolean;
  readonly rounds: number;
  /** Points carried over, all rounds together. */
  readonly carried: ChangeCounts;
  /** What the last scan found. */
  readonly last: ChangeCounts & { readonly first: readonly string[] };
}

export interface ChangeCounts {
  readonly inserted: number;
  readonly changed: number;
  readonly deleted: number;
}

export async function settle(input: SettleInput, run: RunOptions = {}): Promise<SettleReport> {
  const { source, folder, rounds, parallel, carryOver } = input;
  let { index } = input;
  let carried: ChangeCounts = noChanges;
  let last = { ...noChanges, first: [] as readonly string[] };
  for (let round = 1; round <= rounds; round++) {
    run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${source.physical}, scan ${round + 1}` });
    const found = createChangeList();
    const onChanges = async (changes: Changes): Promise<void> => {
      found.add(changes);
      await carryOver(changes);
    };
    const onPage = progressOf(pointsOf(index), run);
    const now = await scanChanges(
      { side: source, before: index, scan: `scan-${round}`, folder, parallel, onChanges, onPage },
      run,
    );
    await folder.drop(index);
    index = now;
    last = found.result();
    carried = addCounts(carried, last);
    if (changesIn(last) === 0) return { index, isQuiet: true, rounds: round, carried, last };
  }
  return { index, isQuiet: rounds === 0, rounds, carried, last };
}

/** For a source that does not come to rest. */
export const notQuiet = (physical: string, { last, rounds }: SettleReport): QdxError =>
  new QdxError(
    'verification',
    `${physical} is being written to: scan ${rounds + 1} found ${last.inserted} points inserted, ` +
      `${last.changed} changed, ${last.deleted} deleted since the one before (${last.first.join(', ')})`,
    {
      hint: 'nothing was switched; run the same command again when nobody writes, or add --allow-concurrent-writes',
      details: { ...last, scans: rounds + 1 },
    },
  );

export const noChanges: ChangeCounts = { inserted: 0, changed: 0, deleted: 0 };

export const changesIn = ({ inserted, changed, deleted }: ChangeCounts): number => inserted + changed + deleted;

export const addCounts = (a: ChangeCounts, b: ChangeCounts): ChangeCounts => ({
  inserted: a.inserted + b.inserted,
  changed: a.changed + b.changed,
  deleted: a.deleted + b.deleted,
});

const mostIds = 10;

/** Counts, and the first few ids of what changed. */
export function createChangeList() {
  let counts = noChanges;
  const first: string[] = [];
  return {
    add({ inserted, changed, deleted }: Omit<Changes, 'range'>): void {
      counts = addCounts(counts, { inserted: inserted.length, changed: changed.length, deleted: deleted.length });
      const ids = [...inserted, ...changed].map(({ id }) => id);
      for (const id of [...ids, ...deleted].slice(0, mostIds - first.length)) first.push(displayId(id));
    },
    result: () => ({ ...counts, first: [...first] }),
  };
}

function progressOf(total: number, { onEvent }: RunOptions): (points: number) => void {
  let done = 0;
  return (points) => {
    done += points;
    onEvent?.({ type: 'progress', stage: 'comparing', done, total, unit: 'points' });
  };
}
