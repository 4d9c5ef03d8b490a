/**
 * Fills the staging collection: at once, where the strategy can and the collection is empty; else range by range. What was
 * brought in at once is read back and compared with the source here: where both are the same, nothing is left to do.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import { emptyStaging } from '../collection/staging.ts';
import { scanChanges } from '../delta/scan-changes.ts';
import { pointsOf, type ScanIndex } from '../delta/scan-index.ts';
import { reached } from '../journal/steps.ts';
import type { TransferRecord } from '../journal/transfer-journal.ts';
import { readTransferMark } from '../journal/transfer-mark.ts';
import type { IdRange } from '../points/scan-range.ts';
import { type FilledFromSource, fillFromSource } from './fill-from-source.ts';
import { differingRanges, readStaging } from './prove-staging.ts';
import type { Work } from './settle-and-prove.ts';

export async function fillStaging(work: Work, record: TransferRecord, run: RunOptions): Promise<FilledFromSource> {
  const { plan, params, staging } = work;
  const { points } = record;
  const ranges = record.ranges ?? [];
  const whole = await fillWhole(work, { ranges, points }, run);
  if (whole && (await isThere(work, whole, run))) {
    reached(run, 'migrate.filled');
    return { index: whole, pointsKept: pointsOf(whole), wasCurrent: params.readBack, isAtRest: params.readBack };
  }
  const isLeftover = whole !== null || plan.staging.isLeftover;
  return fillFromSource({ ...params, ...work, source: plan.source, staging, ranges, points, isLeftover }, run);
}

interface Expected {
  readonly ranges: readonly IdRange[];
  readonly points: number;
}

/** What was read of the source; null where points are there already: these are kept. */
async function fillWhole(work: Work, expected: Expected, run: RunOptions): Promise<ScanIndex | null> {
  const { plan, params, staging } = work;
  const { connection, physical } = staging;
  if ((await readTransferMark(connection, physical))?.isSpoiled) await emptyStaging(connection, physical, plan.mark);
  if (!params.strategy.fillWhole || (await countPoints(connection, physical, run)) > 0) return null;
  const readSource = async (watched: RunOptions) => readRanges(work, expected, watched);
  return params.strategy.fillWhole({ source: plan.source, staging, readSource }, run);
}

async function readRanges({ plan, params, folder }: Work, { ranges, points }: Expected, run: RunOptions) {
  const each = { points: Math.ceil(points / ranges.length), pointsHash: '', file: '' };
  const before = { ranges: ranges.map((range) => ({ range, ...each })) };
  return scanChanges({ side: plan.source, before, scan: 'scan-0', folder, parallel: params.parallel }, run);
}

/** What was brought in was taken of the source before that was read: where both are the same, nothing was written in between. */
async function isThere({ params, staging, folder }: Work, expected: ScanIndex, run: RunOptions): Promise<boolean> {
  if (!params.readBack) return (await countPoints(staging.connection, staging.physical, run)) === pointsOf(expected);
  const found = await readStaging({ staging, expected, folder, parallel: params.parallel }, run);
  return params.strategy.isExact && differingRanges(expected, found).length === 0;
}
