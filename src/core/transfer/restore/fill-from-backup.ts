/**
 * One collection of a backup into its staging collection, until it is proven: made, filled, compared point by point,
 * configured to the end, indexed.
 */
import { isQdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { waitUntilReady } from '../../qdrant/collection/readiness.ts';
import { isBySnapshot } from '../backup-folder/manifest.ts';
import { readPart } from '../backup-folder/part-file.ts';
import { notTaken } from '../collection/not-taken.ts';
import { assertSamePoints } from '../compare/compare-parts.ts';
import { loadPoints } from '../points/load-points.ts';
import { createPageSize, digestRange } from '../points/scan-range.ts';
import { reached } from '../journal/steps.ts';
import {
  createIndexes,
  createShardKeys,
  createStaging,
  dropStaging,
  finishStaging,
  type Staging,
} from '../collection/staging.ts';
import type { TransferMark } from '../journal/transfer-mark.ts';
import type { RestoreItem } from './plan.ts';
import { recoverStaging } from './recover-staging.ts';

export interface FillInput {
  readonly item: RestoreItem;
  readonly staging: Staging;
  readonly mark: TransferMark;
  readonly batchSize: number;
  readonly parallel: number;
  /** False: switch in although it is still being indexed. */
  readonly waitForIndex: boolean;
  /** Of a cluster, for snapshots; see qdrant/peers.ts. */
  readonly peerUrls?: readonly string[];
}

export interface FilledFromBackup {
  readonly pointsHash: string;
  /** Points that an earlier run had brought in. */
  readonly pointsKept: number;
  /** What the server did not take, as sentences. */
  readonly notRestored: readonly string[];
}

/** A snapshot is recovered by the server; points are sent. Both are read back. @throws QdxError as these do. */
export const fillFromBackup = (connection: Connection, input: FillInput, run: RunOptions): Promise<FilledFromBackup> =>
  isBySnapshot(input.item.collection) ? recoverStaging(connection, input, run) : fillByPoints(connection, input, run);

/** @throws QdxError `verification` where the points are not those of the backup; the staging collection is then removed. */
async function fillByPoints(connection: Connection, input: FillInput, run: RunOptions): Promise<FilledFromBackup> {
  const { item, staging, mark, parallel } = input;
  const { physical } = staging;
  const { description, collection } = item;
  if (staging.isLeftover) {
    await createShardKeys(connection, physical, description);
    await createIndexes(connection, physical, description);
  } else await createStaging(connection, physical, description, mark, run);
  reached(run, 'restore.created');
  const pointsKept = await fill(connection, input, run);
  reached(run, 'restore.loaded');
  let pointsHash: string;
  try {
    pointsHash = await assertSamePoints(connection, { physical, collection, parallel }, run);
  } catch (error) {
    // It would be taken up by the next run, and be wrong again.
    if (isQdxError(error) && error.kind === 'verification') await dropStaging(connection, physical);
    throw error;
  }
  reached(run, 'restore.compared');
  if (input.waitForIndex) await waitUntilReady(connection, physical, run);
  await finishStaging(connection, physical, description);
  const notRestored = await notTaken(connection, physical, description, run);
  reached(run, 'restore.finished');
  return { pointsHash, pointsKept, notRestored };
}

async function fill(connection: Connection, input: FillInput, run: RunOptions): Promise<number> {
  const { item, staging } = input;
  const { physical } = staging;
  const { parts, points } = item.collection;
  const pageSize = createPageSize();
  let done = 0;
  let pointsKept = 0;
  const report = (more: number) => {
    done += more;
    run.onEvent?.({ type: 'progress', stage: 'restoring', done, total: points, unit: 'points' });
    reached(run, 'restore.batch-loaded');
  };
  run.onEvent?.({ type: 'phase', name: 'restoring', detail: physical });
  for (const part of parts) {
    run.signal?.throwIfAborted();
    const found = staging.isLeftover ? await digestRange(connection, { physical, range: part, pageSize }, run) : null;
    if (found?.pointsHash === part.pointsHash) {
      pointsKept += part.points;
      report(part.points);
      continue;
    }
    const target = { ...input, physical, shardKey: part.shardKey, onLoaded: report };
    await loadPoints(connection, target, readPart(part.path), run);
    reached(run, 'restore.part-loaded');
  }
  return pointsKept;
}
