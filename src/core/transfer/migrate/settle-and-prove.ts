/**
 * What has to be before any name leads to the staging collection: the source is read again until two scans agree, and every
 * point of the staging collection is read back and compared with the last of them. Both are read side by side; where the
 * source has changed, the staging collection is read once more when it has what changed.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { sideBySide } from '../../../lib/side-by-side.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { waitUntilReady } from '../../qdrant/collection/readiness.ts';
import type { Changes } from '../delta/scan-changes.ts';
import { type IndexFolder, pointsOf, type ScanIndex } from '../delta/scan-index.ts';
import { changesIn, noChanges, notQuiet, settle, type SettleReport } from '../delta/settle.ts';
import type { Side } from '../points/side.ts';
import { writeChanges } from '../delta/write-changes.ts';
import type { RawPoint } from '../points/raw-points.ts';
import { reached } from '../journal/steps.ts';
import type { FilledFromSource } from './fill-from-source.ts';
import type { Laps } from './laps.ts';
import { startIndexing } from './make-staging.ts';
import type { MigrateParams } from './params.ts';
import type { MigratePlan } from './plan.ts';
import { assertCount, assertEqual, readStaging } from './prove-staging.ts';

/** One migration under way. */
export interface Work {
  readonly plan: MigratePlan;
  readonly params: MigrateParams;
  readonly staging: Side;
  readonly folder: IndexFolder;
}

export interface Proof {
  readonly settled: SettleReport;
  /** Null where it was not read back. */
  readonly stagingIndex: ScanIndex | null;
  /** What the strategy's own proof returned. */
  readonly proof: unknown;
}

/**
 * @throws QdxError `verification` where the source does not come to rest, or the staging collection is not what was read of it: it is left
 * as it is, and the next run brings it right or says so again.
 */
export async function settleAndProve(work: Work, filled: FilledFromSource, lap: Laps, run: RunOptions): Promise<Proof> {
  const { plan, params } = work;
  const hasWaited = params.waitForIndex && (await waitForIndex(work, run));
  if (hasWaited) lap('index');
  const isSettled = filled.isAtRest && !hasWaited;
  const { settled, early } = isSettled ? atRest(filled) : await settleBesideReading(work, filled, run);
  reached(run, 'migrate.settled');
  lap('compare');
  if (!settled.isQuiet && !params.allowConcurrentWrites) throw notQuiet(plan.source.physical, settled);
  const proven = await prove(work, { ...filled, settled, early }, run);
  lap('readBack');
  return { ...proven, settled };
}

/** Who gives up reading back for speed gives up reading the source again, too: nobody knows then what was written meanwhile. */
export const roundsOf = ({ readBack, settleRounds }: MigrateParams): number => (readBack ? settleRounds : 0);

interface Settled {
  readonly settled: SettleReport;
  /** The staging collection as it was read meanwhile; null where that was not done, or something was written to it since. */
  readonly early: ScanIndex | null;
}

/** True where it took its time, in which the source may have changed. */
async function waitForIndex({ plan, staging: { connection, physical } }: Work, run: RunOptions): Promise<boolean> {
  await startIndexing(plan);
  const { status } = await readCollectionInfo(connection, physical, run.signal);
  await waitUntilReady(connection, physical, run);
  return status !== 'green';
}

const atRest = ({ index }: FilledFromSource): Settled => ({
  settled: { index, isQuiet: true, rounds: 1, carried: noChanges, last: { ...noChanges, first: [] } },
  early: null,
});

async function settleBesideReading(work: Work, filled: FilledFromSource, run: RunOptions): Promise<Settled> {
  const { plan, params, staging, folder } = work;
  const { strategy, batchSize } = params;
  const isChanged = new AbortController();
  const writing = { batchSize, parallel: 2, make: async (points: readonly RawPoint[]) => strategy.make(points, run) };
  const carry = async (changes: Changes): Promise<void> => {
    isChanged.abort();
    await writeChanges(staging, changes, writing, run);
  };
  const { index } = filled;
  const rounds = roundsOf(params);
  const how = { source: plan.source, index, folder, rounds, parallel: params.parallel, carryOver: carry };
  if (!params.readBack || isKnown(work, filled)) return { settled: await settle(how, run), early: null };
  const [early, settled] = await sideBySide(
    (signal) => readUnlessChanged(work, index, isChanged.signal, { ...run, signal }),
    (signal) => settle(how, { ...run, signal }),
    run.signal,
  );
  return { settled, early: isChanged.signal.aborted ? null : early };
}

/** Each staged point was compared byte for byte as the collection was taken up. */
const isKnown = ({ params: { strategy } }: Work, { wasCurrent }: FilledFromSource): boolean =>
  strategy.isExact && wasCurrent;

/** Null where it ended because of a change. */
async function readUnlessChanged(
  { params, staging, folder }: Work,
  expected: ScanIndex,
  isChanged: AbortSignal,
  run: RunOptions,
): Promise<ScanIndex | null> {
  const signal = run.signal ? AbortSignal.any([run.signal, isChanged]) : isChanged;
  try {
    return await readStaging({ staging, expected, folder, parallel: params.parallel }, { ...run, signal });
  } catch (error) {
    if (isChanged.aborted) return null;
    throw error;
  }
}

async function prove(
  work: Work,
  { settled, early, ...filled }: FilledFromSource & Settled,
  run: RunOptions,
): Promise<Pick<Proof, 'stagingIndex' | 'proof'>> {
  const { plan, params, staging, folder } = work;
  const { index } = settled;
  const { strategy, parallel } = params;
  if (!params.readBack) {
    await assertCount(staging, pointsOf(index), run);
    return { stagingIndex: null, proof: null };
  }
  const isReadBack = isKnown(work, filled) && changesIn(settled.carried) === 0;
  const stagingIndex = isReadBack
    ? index
    : (early ?? (await readStaging({ staging, expected: index, folder, parallel }, run)));
  await assertEqual({ staging, expected: index, found: stagingIndex, isExact: strategy.isExact }, run);
  reached(run, 'migrate.read-back');
  const proof = await strategy.prove?.({ source: plan.source, staging, sourceIndex: index, stagingIndex }, run);
  return { stagingIndex, proof: proof ?? null };
}
