/**
 * Source points into the staging collection, range by range, several at once; what an earlier run brought in stays where it is
 * current. Every request is confirmed before its points count.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import { createCursor, passRest, takeAt } from '../points/cursor.ts';
import {
  type IndexFolder,
  pointsOf,
  type RangeIndex,
  type RangeIndexWriter,
  type ScanIndex,
} from '../delta/scan-index.ts';
import type { Side } from '../points/side.ts';
import { loadPoints } from '../points/load-points.ts';
import type { IdToken } from '../points/point-order.ts';
import type { RawPoint } from '../points/raw-points.ts';
import { createPageSize, type IdRange, type PageSize, scanRange } from '../points/scan-range.ts';
import { reached } from '../journal/steps.ts';
import type { FillStrategy } from './fill-strategy.ts';
import { deleteRaw } from '../points/delete-raw.ts';

export interface FillInput {
  readonly source: Side;
  readonly staging: Side;
  readonly strategy: FillStrategy;
  /** Stored with the transfer; they are drawn once. */
  readonly ranges: readonly IdRange[];
  readonly points: number;
  /** The staging collection may hold points already. */
  readonly isLeftover: boolean;
  readonly folder: IndexFolder;
  readonly batchSize: number;
  /** Ranges under way at once. */
  readonly parallel: number;
}

export interface FilledFromSource {
  /** What was read of the source. */
  readonly index: ScanIndex;
  /** Points that an earlier run had brought in, and that are current. */
  readonly pointsKept: number;
  /** Nothing had to be brought in or removed: each staged point was read, and is current. */
  readonly wasCurrent: boolean;
  /** What is there was taken of the source before this reading of it, which found the same: two readings agree. */
  readonly isAtRest: boolean;
}

export async function fillFromSource(input: FillInput, run: RunOptions): Promise<FilledFromSource> {
  const { staging, ranges, points, parallel, isLeftover } = input;
  run.onEvent?.({ type: 'phase', name: 'copying', detail: staging.physical });
  let done = 0;
  let pointsKept = 0;
  let removed = 0;
  const report = (more: number): void => {
    done += more;
    run.onEvent?.({ type: 'progress', stage: 'copying', done, total: points, unit: 'points' });
  };
  const pages = { source: createPageSize(), staging: createPageSize() };
  const fill = async ({ range, number }: NumberedRange): Promise<RangeIndex> => {
    const writer = await input.folder.write('scan-0', number, range);
    const scanned = { ...scanOf(input.source, range, pages.source), expectedPoints: Math.ceil(points / ranges.length) };
    const read = scanRange(input.source.connection, scanned, run);
    const counted = indexed(read, writer, report, run);
    const missing = isLeftover ? notCurrent(input, { range, pageSize: pages.staging }, counted, tally, run) : counted;
    const place = { physical: staging.physical, shardKey: range.shardKey, batchSize: input.batchSize, parallel: 2 };
    const onLoaded = () => reached(run, 'migrate.batch-loaded');
    let index: RangeIndex;
    try {
      await loadPoints(staging.connection, { ...place, onLoaded }, made(input.strategy, missing, run), run);
    } finally {
      index = await writer.finish();
    }
    reached(run, 'migrate.range-filled');
    return index;
  };
  const tally: Tally = {
    kept: () => pointsKept++,
    removed: (points) => (removed += points),
  };
  const indexes: RangeIndex[] = [];
  for await (const index of mapOrdered(numbered(ranges), fill, { inFlight: parallel })) indexes.push(index);
  reached(run, 'migrate.filled');
  const index = { ranges: indexes };
  const wasCurrent = isLeftover && removed === 0 && pointsKept === pointsOf(index);
  return { index, pointsKept, wasCurrent, isAtRest: false };
}

/** What was found of an earlier run. */
interface Tally {
  kept(): void;
  removed(points: number): void;
}

interface NumberedRange {
  readonly range: IdRange;
  readonly number: number;
}

async function* numbered(ranges: readonly IdRange[]): AsyncGenerator<NumberedRange, void, undefined> {
  for (const [number, range] of ranges.entries()) yield { range, number };
}

type Pages = AsyncIterable<readonly RawPoint[]>;
type PageStream = AsyncGenerator<readonly RawPoint[], void, undefined>;

const scanOf = ({ physical }: Side, range: IdRange, pageSize: PageSize) => ({ physical, range, pageSize });

async function* indexed(
  pages: Pages,
  writer: RangeIndexWriter,
  report: (points: number) => void,
  { signal }: RunOptions,
): PageStream {
  for await (const page of pages) {
    signal?.throwIfAborted();
    await writer.add(page);
    yield page;
    report(page.length);
  }
}

async function* made(strategy: FillStrategy, pages: Pages, run: RunOptions): PageStream {
  for await (const page of pages) if (page.length > 0) yield await strategy.make(page, run);
}

/** Source points whose staged ones are missing or otherwise; staged points that the source does not have are removed. */
async function* notCurrent(
  { staging, strategy }: FillInput,
  { range, pageSize }: { readonly range: IdRange; readonly pageSize: PageSize },
  pages: Pages,
  tally: Tally,
  run: RunOptions,
): PageStream {
  const staged = createCursor(scanRange(staging.connection, scanOf(staging, range, pageSize), run));
  for await (const page of pages) {
    const missing: RawPoint[] = [];
    const extra: IdToken[] = [];
    for (const point of page) {
      const found = await takeAt(staged, point.id, ({ id }) => extra.push(id));
      if (found && strategy.isCurrent(point, found)) tally.kept();
      else missing.push(point);
    }
    tally.removed(extra.length);
    await deleteRaw(staging, extra, range.shardKey, run);
    yield missing;
  }
  const rest: IdToken[] = [];
  await passRest(staged, ({ id }) => rest.push(id));
  tally.removed(rest.length);
  await deleteRaw(staging, rest, range.shardKey, run);
}
