/**
 * After the switch: what still reached the old collection is carried over to the new one, unless the point was changed there
 * since. A point of the new one is changed, inserted or deleted on a condition, so that a write that comes in between wins.
 *
 * What remains open: a point that was inserted late into the old collection, and deleted from the new one before it was carried
 * over, comes back; and a write to the new one that changes only vectors, or values deep inside of a payload, in the
 * milliseconds between the look at a point and its change, is lost (the server's conditions see payloads only).
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import { createCursor, type Cursor } from '../compare/cursor.ts';
import { compareIds, type IdToken } from '../point-order.ts';
import { NotMadeError } from '../not-made-error.ts';
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
  /** What a point of the old collection is in the new one. @throws NotMadeError where it cannot be one. */
  readonly make: (points: readonly RawPoint[]) => Promise<readonly RawPoint[]>;
  /** Is a point of the new collection what `make` gives for that of the old one? */
  readonly isCurrent: (old: RawPoint, current: RawPoint) => boolean;
}

export interface LateReport {
  /** The last scan of the old collection found nothing new. */
  readonly isQuiet: boolean;
  readonly rounds: number;
  readonly carried: ChangeCounts;
  /** Points that were changed in the new collection since: these stay as they are there. */
  readonly newer: number;
  /** Points that cannot be made in the new collection: what it has of them is what was written before. */
  readonly skipped: number;
}

export async function carryLateWrites(input: LateInput, run: RunOptions = {}): Promise<LateReport> {
  const { old, folder, rounds, parallel } = input;
  let index = input.oldIndex;
  let carried: ChangeCounts = { inserted: 0, changed: 0, deleted: 0 };
  let newer = 0;
  let skipped = 0;
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
      skipped += done.skipped;
    };
    const before = index;
    index = await scanChanges({ side: old, before, scan: `late-${round}`, folder, parallel, onChanges }, run);
    await proven.close();
    if (found === 0) return { isQuiet: true, rounds: round, carried, newer, skipped };
  }
  return { isQuiet: false, rounds, carried, newer, skipped };
}

const countsOf = ({ inserted, changed, deleted }: Changes): ChangeCounts => ({
  inserted: inserted.length,
  changed: changed.length,
  deleted: deleted.length,
});

type Carried = Pick<LateReport, 'carried' | 'newer' | 'skipped'>;

async function carry(
  { current, make, isCurrent }: LateInput,
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
  const insertedIds = new Set(inserted.map(({ id }) => id));
  let counts: ChangeCounts = { inserted: 0, changed: 0, deleted: 0 };
  let skipped = 0;
  const untouched: RawPoint[] = [];
  let same = 0;
  for (const source of [...inserted, ...changed]) {
    const point = found.get(source.id);
    if (isUntouched(source.id)) untouched.push(source);
    else if (point && isCurrent(source, point)) {
      // A run before this one carried it over, and was ended.
      ours.set(source.id, lineHash(point.line));
      same++;
    }
  }
  for await (const { source, point } of makeEach(untouched, make)) {
    if (point instanceof NotMadeError) {
      skipped++;
      run.onEvent?.({ type: 'warning', message: `not carried over: ${point.message}` });
      continue;
    }
    const isPut = (now: RawPoint) => isCurrent(source, now);
    const seen = found.get(point.id) ?? null;
    const put = await putUnlessChanged(current, { point, seen, isPut, shardKey: range.shardKey }, run);
    if (!put) continue;
    ours.set(point.id, lineHash(put.line));
    counts = addCounts(counts, insertedIds.has(point.id) ? one('inserted') : one('changed'));
  }
  for (const id of deleted) {
    const point = found.get(id);
    if (!isUntouched(id) || !point) continue;
    if (!(await deleteUnlessChanged(current, point, range.shardKey, run))) continue;
    ours.set(id, null);
    counts = addCounts(counts, one('deleted'));
  }
  return { carried: counts, newer: ids.length - changesIn(counts) - skipped - same, skipped };
}

interface MadeOne {
  readonly source: RawPoint;
  readonly point: RawPoint | NotMadeError;
}

/** Each by itself: one that cannot be made keeps none of the others back. */
async function* makeEach(points: readonly RawPoint[], make: LateInput['make']): AsyncGenerator<MadeOne> {
  async function* sources() {
    yield* points;
  }
  const makeOne = async (source: RawPoint): Promise<MadeOne[]> => {
    try {
      return (await make([source])).map((point) => ({ source, point }));
    } catch (error) {
      if (error instanceof NotMadeError) return [{ source, point: error }];
      throw error;
    }
  };
  for await (const made of mapOrdered(sources(), makeOne, { inFlight: madeAtOnce })) yield* made;
}

/** Points under way to the strategy. */
const madeAtOnce = 16;

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
