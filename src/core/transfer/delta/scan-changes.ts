/**
 * Reads a collection again and says what is otherwise than at the scan before: one pass over both, page by page.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import { createCursor, type Cursor, passRest, takeAt } from '../points/cursor.ts';
import { createPagePool, type PagePool } from '../points/page-memory.ts';
import type { IdToken } from '../points/point-order.ts';
import type { RawPoint } from '../points/raw-points.ts';
import { createPageSize, type IdRange, type PageSize, scanRange } from '../points/scan-range.ts';
import { type IndexEntry, type IndexFolder, type RangeIndex, readEntries, type ScanIndex } from './scan-index.ts';
import type { Side } from '../points/side.ts';

/** What a page of a scan brought to light; ids ascend within each list, and from one of these to the next. */
export interface Changes {
  readonly range: IdRange;
  readonly inserted: readonly RawPoint[];
  readonly changed: readonly RawPoint[];
  readonly deleted: readonly IdToken[];
}

export interface ScanInput {
  readonly side: Side;
  /** What the scan before saw; of ranges that it does not have, every point is new. */
  readonly before: ScanIndex;
  /** Name of this scan, unlike those of the transfer's others. */
  readonly scan: string;
  readonly folder: IndexFolder;
  /** Ranges read at once. */
  readonly parallel: number;
  /** Called in the order of a range's ids, and for several ranges at once. Absent: nothing is compared with `before`. */
  readonly onChanges?: (changes: Changes) => Promise<void>;
  readonly onPage?: (points: number) => void;
}

/** The new index. */
export async function scanChanges(input: ScanInput, run: RunOptions = {}): Promise<ScanIndex> {
  const shared = { pageSize: createPageSize(), pool: createPagePool() };
  const ranges: RangeIndex[] = [];
  const read = async (numbered: Numbered): Promise<RangeIndex> => scanOne(input, { ...numbered, ...shared }, run);
  for await (const range of mapOrdered(numbered(input.before), read, { inFlight: input.parallel })) ranges.push(range);
  return { ranges };
}

interface Numbered {
  readonly before: RangeIndex;
  readonly number: number;
}

async function* numbered({ ranges }: ScanIndex): AsyncGenerator<Numbered, void, undefined> {
  for (const [number, before] of ranges.entries()) yield { before, number };
}

interface SharedByRanges {
  readonly pageSize: PageSize;
  /** What became of a page is known before the next one is asked for. */
  readonly pool: PagePool;
}

async function scanOne(
  { side, scan, folder, onChanges, onPage }: ScanInput,
  { before, number, ...shared }: Numbered & SharedByRanges,
  run: RunOptions,
): Promise<RangeIndex> {
  const { range } = before;
  const writer = await folder.write(scan, number, range);
  const comparison = onChanges && createComparison(before, onChanges);
  let done: RangeIndex;
  try {
    const expected = before.points > 0 ? { expectedPoints: before.points } : {};
    const scanned = { physical: side.physical, range, ...expected, ...shared };
    for await (const page of scanRange(side.connection, scanned, run)) {
      run.signal?.throwIfAborted();
      const entries = await writer.add(page);
      await comparison?.add(page, entries);
      onPage?.(page.length);
    }
    await comparison?.end();
  } finally {
    await comparison?.close();
    done = await writer.finish();
  }
  return done;
}

/** Tells what of a range is otherwise than before. */
function createComparison(before: RangeIndex, onChanges: NonNullable<ScanInput['onChanges']>) {
  const { range } = before;
  const known = createCursor(readEntries(before));
  return {
    async add(page: readonly RawPoint[], entries: readonly IndexEntry[]): Promise<void> {
      const changes = await compare(known, page, entries, range);
      if (changes) await onChanges(changes);
    },
    async end(): Promise<void> {
      const deleted: IdToken[] = [];
      await passRest(known, ({ id }) => deleted.push(id));
      if (deleted.length > 0) await onChanges({ range, inserted: [], changed: [], deleted });
    },
    close: async () => known.close(),
  };
}

/** Null where the page is as it was. */
async function compare(
  known: Cursor<IndexEntry>,
  page: readonly RawPoint[],
  entries: readonly IndexEntry[],
  range: IdRange,
): Promise<Changes | null> {
  const inserted: RawPoint[] = [];
  const changed: RawPoint[] = [];
  const deleted: IdToken[] = [];
  for (const [at, point] of page.entries()) {
    const entry = await takeAt(known, point.id, ({ id }) => deleted.push(id));
    if (!entry) inserted.push(point);
    else if (entry.hash !== entries[at]?.hash) changed.push(point);
  }
  return inserted.length + changed.length + deleted.length === 0 ? null : { range, inserted, changed, deleted };
}
