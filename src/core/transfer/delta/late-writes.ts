/**
 * After the switch: what still reached the old collection is carried over to the new one, unless the point was changed there
 * since. A point of the new one is changed, inserted or deleted on a condition, so that a write that comes in between wins.
 *
 * What remains open: a point that was inserted late into the old collection, and deleted from the new one before it was carried
 * over, comes back; and a write to the new one that changes only vectors, or values deep inside of a payload, in the
 * milliseconds between the look at a point and its change, is lost (the server's conditions see payloads only).
 */
import type { RunOptions } from '../../../lib/events.ts';
import { createCursor, type Cursor } from '../compare/cursor.ts';
import { compareIds, type IdToken } from '../point-order.ts';
import type { RawPoint } from '../raw-points.ts';
import { deleteUnlessChanged, putUnlessChanged, retrieveRaw } from './conditional.ts';
import { type Changes, scanChanges } from './scan-changes.ts';
import { type IndexEntry, type IndexFolder, lineHash, readEntries, type ScanIndex } from './scan-index.ts';
import { addCounts, type ChangeCounts, changesIn } from './settle.ts';
import type { Side } from './side.ts';

export interface LateInput {
  /** Where the name led before, or the source. */
  readonly old: Side;
  /** What of it is in the new collection. */
  readonly oldIndex: ScanIndex;
  /** Where the name leads now. */
  readonly current: Side;
  /** How it was when it was proven, in the same ranges. Of a copy the same as `oldIndex`. */
  readonly currentIndex: ScanIndex;
  readonly folder: IndexFolder;
  /** Scans at most; the first one that finds nothing ends it. */
  readonly rounds: number;
  readonly parallel: number;
  /** What a point of the old collection is in the new one. */
  readonly make: (points: readonly RawPoint[]) => Promise<readonly RawPoint[]>;
}

export interface LateReport {
  /** The last scan of the old collection found nothing new. */
  readonly isQuiet: boolean;
  readonly rounds: number;
  readonly carried: ChangeCounts;
  /** Points that were changed in the new collection since: these stay as they are there. */
  readonly newer: number;
}

export async function carryLateWrites(input: LateInput, run: RunOptions = {}): Promise<LateReport> {
  const { old, folder, rounds, parallel } = input;
  let index = input.oldIndex;
  let carried: ChangeCounts = { inserted: 0, changed: 0, deleted: 0 };
  let newer = 0;
  /** Points carried over by a round before: they are otherwise than at the time of `currentIndex`. */
  const ours = new Map<IdToken, string | null>();
  for (let round = 1; round <= rounds; round++) {
    run.onEvent?.({ type: 'phase', name: 'late writes', detail: `${old.physical}, scan ${round}` });
    const proven = openProven(input.currentIndex);
    let found = 0;
    const onChanges = async (changes: Changes): Promise<void> => {
      found += changesIn(countsOf(changes));
      const done = await carry(input, changes, proven, ours, run);
      carried = addCounts(carried, done.carried);
      newer += done.newer;
    };
    const before = index;
    index = await scanChanges({ side: old, before, scan: `late-${round}`, folder, parallel, onChanges }, run);
    await proven.close();
    if (found === 0) return { isQuiet: true, rounds: round, carried, newer };
  }
  return { isQuiet: false, rounds, carried, newer };
}

const countsOf = ({ inserted, changed, deleted }: Changes): ChangeCounts => ({
  inserted: inserted.length,
  changed: changed.length,
  deleted: deleted.length,
});

interface Carried {
  readonly carried: ChangeCounts;
  readonly newer: number;
}

async function carry(
  { current, make }: LateInput,
  changes: Changes,
  proven: ReturnType<typeof openProven>,
  ours: Map<IdToken, string | null>,
  run: RunOptions,
): Promise<Carried> {
  const { range, inserted, changed, deleted } = changes;
  const ids = [...[...inserted, ...changed].map(({ id }) => id), ...deleted].toSorted(compareIds);
  const expected = await proven.hashes(changes, ids);
  const found = new Map((await retrieveRaw(current, ids, range.shardKey, run)).map((point) => [point.id, point]));
  /** As it was when it was proven, or as a round before left it. */
  const isUntouched = (id: IdToken): boolean => {
    const point = found.get(id);
    const hash = point ? lineHash(point.line) : null;
    return hash === (ours.has(id) ? ours.get(id) : (expected.get(id) ?? null));
  };
  const upserts = await make([...inserted, ...changed].filter(({ id }) => isUntouched(id)));
  const insertedIds = new Set(inserted.map(({ id }) => id));
  let counts: ChangeCounts = { inserted: 0, changed: 0, deleted: 0 };
  for (const point of upserts) {
    const isDone = await putUnlessChanged(current, point, found.get(point.id) ?? null, range.shardKey, run);
    if (!isDone) continue;
    ours.set(point.id, lineHash(point.line));
    counts = addCounts(counts, insertedIds.has(point.id) ? one('inserted') : one('changed'));
  }
  for (const id of deleted) {
    const point = found.get(id);
    if (!isUntouched(id) || !point) continue;
    if (!(await deleteUnlessChanged(current, point, range.shardKey, run))) continue;
    ours.set(id, null);
    counts = addCounts(counts, one('deleted'));
  }
  return { carried: counts, newer: ids.length - changesIn(counts) };
}

const one = (kind: keyof ChangeCounts): ChangeCounts => ({ inserted: 0, changed: 0, deleted: 0, [kind]: 1 });

/** Hashes of the new collection when it was proven, looked up in the order of ids. */
function openProven({ ranges }: ScanIndex) {
  const cursors = new Map<Changes['range'], Cursor<IndexEntry>>();
  return {
    async hashes({ range }: Changes, ids: readonly IdToken[]): Promise<ReadonlyMap<IdToken, string>> {
      const index = ranges.find((each) => sameRange(each.range, range));
      if (!index) throw new Error('the two indexes are of other ranges');
      const cursor = cursors.get(index.range) ?? createCursor(readEntries(index));
      cursors.set(index.range, cursor);
      const found = new Map<IdToken, string>();
      for (const id of ids) {
        let entry = await cursor.peek();
        for (; entry && compareIds(entry.id, id) < 0; entry = await cursor.peek()) cursor.advance();
        if (entry?.id === id) found.set(id, entry.hash);
      }
      return found;
    },
    async close(): Promise<void> {
      for (const cursor of cursors.values()) await cursor.close();
    },
  };
}

const sameRange = (a: Changes['range'], b: Changes['range']): boolean =>
  a.from === b.from && a.to === b.to && a.shardKey === b.shardKey;
