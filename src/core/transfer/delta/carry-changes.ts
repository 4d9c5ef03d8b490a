/**
 * Changes that a scan of the old collection found after the switch, into the new one: each point on the condition that it is
 * still what was proven, or what a run of this migration left. Noted before and after (carried-log.ts).
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import { createCursor, type Cursor, takeAt } from '../points/cursor.ts';
import { NotMadeError } from './not-made-error.ts';
import { compareIds, type IdToken } from '../points/point-order.ts';
import type { RawPoint } from '../points/raw-points.ts';
import { reached } from '../journal/steps.ts';
import type { CarriedLog } from './carried-log.ts';
import { deleteUnlessChanged, putUnlessChanged, retrieveRaw } from './conditional.ts';
import type { Changes } from './scan-changes.ts';
import { type IndexEntry, lineHash, readEntries, type ScanIndex } from './scan-index.ts';
import { addCounts, type ChangeCounts, changesIn, noChanges } from './settle.ts';
import type { Side } from '../points/side.ts';

/** What is the same for all points of a run. */
export interface Carrying {
  /** Where the name leads now. */
  readonly current: Side;
  /** What a point of the old collection is in the new one. @throws NotMadeError where it cannot be one. */
  readonly make: (points: readonly RawPoint[]) => Promise<readonly RawPoint[]>;
  /** Is a point of the new collection what `make` gives for that of the old one? */
  readonly isCurrent: (old: RawPoint, current: RawPoint) => boolean;
  readonly log: CarriedLog;
  /** Before the first change: strict mode may refuse conditions. */
  readonly relax: () => Promise<void>;
}

export const hashOrNull = (point: RawPoint | null | undefined): string | null => (point ? lineHash(point.line) : null);

/** What became of some points. */
export interface Carried {
  readonly carried: ChangeCounts;
  /** Points that were changed in the new collection since: these stay as they are there. */
  readonly newer: number;
  /** Points that cannot be made in the new collection: what it has of them is what was written before. */
  readonly skipped: number;
}

/** Points of the new collection as they are now, by id. */
type Found = ReadonlyMap<IdToken, RawPoint>;

export async function carryChanges(
  input: Carrying,
  changes: Changes,
  proven: ReturnType<typeof openProven>,
  run: RunOptions,
): Promise<Carried> {
  const { range, inserted, changed, deleted } = changes;
  const { shardKey } = range;
  await input.relax();
  const ids = [...[...inserted, ...changed].map(({ id }) => id), ...deleted].toSorted(compareIds);
  const expected = await proven.hashes(changes, ids);
  const found: Found = new Map(
    (await retrieveRaw(input.current, ids, shardKey, run)).map((point) => [point.id, point]),
  );
  /** As it was when it was proven, or as it was carried over since. */
  const isUntouched = (id: IdToken): boolean => {
    const ours = input.log.find(shardKey, id);
    return hashOrNull(found.get(id)) === (ours ? ours.current : (expected.get(id) ?? null));
  };
  const { untouched, same } = await sortOut(input, changes, found, isUntouched);
  const put = await putAll(input, { changes, untouched, found }, run);
  const removed = await deleteAll(input, { shardKey, ids: deleted.filter(isUntouched), found }, run);
  const carried = addCounts(put.carried, { ...noChanges, deleted: removed });
  return { carried, newer: ids.length - changesIn(carried) - put.skipped - same, skipped: put.skipped };
}

/** Those that nobody changed in the new collection since; and how many are there already as they should be. */
async function sortOut(
  { log, isCurrent }: Carrying,
  { range: { shardKey }, inserted, changed }: Changes,
  found: Found,
  isUntouched: (id: IdToken) => boolean,
): Promise<{ readonly untouched: readonly RawPoint[]; readonly same: number }> {
  const untouched: RawPoint[] = [];
  let same = 0;
  for (const source of [...inserted, ...changed]) {
    const point = found.get(source.id);
    if (isUntouched(source.id)) untouched.push(source);
    else if (point && isCurrent(source, point)) {
      await log.done({ shardKey, id: source.id, old: hashOrNull(source), current: hashOrNull(point) });
      same++;
    }
  }
  return { untouched, same };
}

interface ToPut {
  readonly changes: Changes;
  readonly untouched: readonly RawPoint[];
  readonly found: Found;
}

async function putAll(
  { log, current, make, isCurrent }: Carrying,
  { changes: { range, inserted }, untouched, found }: ToPut,
  run: RunOptions,
): Promise<Omit<Carried, 'newer'>> {
  const { shardKey } = range;
  const insertedIds = new Set(inserted.map(({ id }) => id));
  let carried = noChanges;
  let skipped = 0;
  for await (const { source, point } of makeEach(untouched, make)) {
    if (point instanceof NotMadeError) {
      skipped++;
      run.onEvent?.({ type: 'warning', message: `not carried over: ${point.message}` });
      continue;
    }
    const { id } = point;
    await log.begin({ shardKey, id, source });
    const isPut = (now: RawPoint) => isCurrent(source, now);
    const put = await putUnlessChanged(current, { point, seen: found.get(id) ?? null, isPut, shardKey }, run);
    if (!put) continue;
    await log.done({ shardKey, id, old: hashOrNull(source), current: hashOrNull(put) });
    reached(run, 'late.point-carried');
    carried = addCounts(carried, one(insertedIds.has(id) ? 'inserted' : 'changed'));
  }
  return { carried, skipped };
}

interface ToDelete {
  readonly shardKey: Changes['range']['shardKey'];
  readonly ids: readonly IdToken[];
  readonly found: Found;
}

/** How many it deleted. */
async function deleteAll(
  { log, current }: Carrying,
  { shardKey, ids, found }: ToDelete,
  run: RunOptions,
): Promise<number> {
  let deleted = 0;
  for (const id of ids) {
    const point = found.get(id);
    if (!point) continue;
    await log.begin({ shardKey, id, source: null });
    if (!(await deleteUnlessChanged(current, point, shardKey, run))) continue;
    await log.done({ shardKey, id, old: null, current: null });
    reached(run, 'late.point-carried');
    deleted++;
  }
  return deleted;
}

interface MadeOne {
  readonly source: RawPoint;
  readonly point: RawPoint | NotMadeError;
}

/** Each by itself: one that cannot be made keeps none of the others back. */
async function* makeEach(points: readonly RawPoint[], make: Carrying['make']): AsyncGenerator<MadeOne> {
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

const one = (kind: keyof ChangeCounts): ChangeCounts => ({ ...noChanges, [kind]: 1 });

/** Hashes of the new collection when it was proven, looked up in the order of ids. */
export function openProven({ ranges }: ScanIndex) {
  const cursors = new Map<Changes['range'], Cursor<IndexEntry>>();
  return {
    async hashes({ range }: Changes, ids: readonly IdToken[]): Promise<ReadonlyMap<IdToken, string>> {
      const index = ranges.find((each) => sameRange(each.range, range));
      if (!index) throw new Error('the two indexes are of other ranges');
      const cursor = cursors.get(index.range) ?? createCursor(readEntries(index));
      cursors.set(index.range, cursor);
      const found = new Map<IdToken, string>();
      for (const id of ids) {
        const entry = await takeAt(cursor, id);
        if (entry) found.set(id, entry.hash);
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
