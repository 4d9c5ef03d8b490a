/**
 * Is the staging collection what was read of the source? Every point is read back, and compared with the last scan of the
 * source: by hash where the points are copies, by id where they were made anew.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { createDifferenceLists } from '../compare/difference-lists.ts';
import { pairById } from '../points/cursor.ts';
import { scanChanges } from '../delta/scan-changes.ts';
import { type IndexFolder, pointsOf, type RangeIndex, readEntries, type ScanIndex } from '../delta/scan-index.ts';
import type { Side } from '../points/side.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import { displayId } from '../points/point-order.ts';

export interface ReadInput {
  readonly staging: Side;
  /** Of the source. */
  readonly expected: ScanIndex;
  readonly folder: IndexFolder;
  readonly parallel: number;
}

/** The index of what is in the staging collection, by the ranges of `expected`. */
export async function readStaging(
  { staging, expected, folder, parallel }: ReadInput,
  run: RunOptions,
): Promise<ScanIndex> {
  run.onEvent?.({ type: 'phase', name: 'reading back', detail: staging.physical });
  const total = pointsOf(expected);
  let done = 0;
  const onPage = (points: number): void => {
    done += points;
    run.onEvent?.({ type: 'progress', stage: 'reading back', done, total, unit: 'points' });
  };
  return scanChanges({ side: staging, before: expected, scan: 'staging', folder, parallel, onPage }, run);
}

export interface EqualInput extends Pick<ReadInput, 'staging' | 'expected'> {
  /** What is in the staging collection. */
  readonly found: ScanIndex;
  readonly isExact: boolean;
}

/** @throws QdxError `verification`, with counts and the first id. */
export async function assertEqual({ staging, expected, found, isExact }: EqualInput, run: RunOptions): Promise<void> {
  const pairs = isExact ? differingRanges(expected, found) : pairsOf(expected, found);
  await assertSame(staging, pairs, isExact);
  await assertCount(staging, pointsOf(expected), run);
}

type RangePair = readonly [RangeIndex, RangeIndex];

const pairsOf = (expected: ScanIndex, found: ScanIndex): RangePair[] =>
  expected.ranges.flatMap((range, number) => {
    const other = found.ranges[number];
    return other ? [[range, other] as const] : [];
  });

/** Those in which the count or the hash of the points is another. */
export const differingRanges = (expected: ScanIndex, found: ScanIndex): readonly RangePair[] =>
  pairsOf(expected, found).filter(([a, b]) => a.points !== b.points || a.pointsHash !== b.pointsHash);

/** @throws QdxError `verification` */
export async function assertCount({ connection, physical }: Side, points: number, run: RunOptions): Promise<void> {
  const count = await countPoints(connection, physical, run);
  if (count === points) return;
  throw new QdxError('verification', `${physical} holds ${count} points, and ${points} were read of the source`, {
    hint: 'nothing was switched; run the same command again',
  });
}

async function assertSame({ physical }: Side, pairs: readonly RangePair[], isExact: boolean): Promise<void> {
  const lists = createDifferenceLists();
  for (const [expected, actual] of pairs) await compareEntries(expected, actual, isExact, lists);
  const { missing, extra, changedPayload: changed } = lists.result();
  if (missing.count + extra.count + changed.count === 0) return;
  const first = [...missing.first, ...changed.first, ...extra.first][0] ?? '';
  throw new QdxError(
    'verification',
    `${physical} differs from its source: ${missing.count} points missing, ${changed.count} changed, ` +
      `${extra.count} too many (the first: ${first})`,
    {
      hint: 'nothing was switched; somebody else writes to it, or the server lost points: look at its log, then run the same command again',
      details: { missing: missing.count, changed: changed.count, extra: extra.count },
    },
  );
}

async function compareEntries(
  expected: RangeIndex,
  actual: RangeIndex,
  isExact: boolean,
  lists: ReturnType<typeof createDifferenceLists>,
): Promise<void> {
  for await (const [was, is] of pairById(readEntries(expected), readEntries(actual))) {
    if (!was) lists.extra.add(displayId(is.id));
    else if (!is) lists.missing.add(displayId(was.id));
    else if (isExact && was.hash !== is.hash) lists.changedPayload.add(displayId(was.id));
  }
}
