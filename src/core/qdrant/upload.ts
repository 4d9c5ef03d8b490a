/**
 * Upload: a stream of records into a collection, checked before, confirmed on the way, compared afterwards.
 * Memory is bounded by the batches on their way and by the ids seen (see upload/seen-ids.ts).
 */
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { Settings } from '../config/schema.ts';
import type { CollectionCard } from './collection/collection-card.ts';
import { readCollectionInfo } from './collection/collection-info.ts';
import type { Connection } from './connection/connection.ts';
import { withLimits } from './connection/with-limits.ts';
import { resumeIndexing } from './collection/deferred-indexing.ts';
import { countPoints } from './collection/points.ts';
import { waitUntilReady } from './collection/readiness.ts';
import { createBatchBuilder } from './upload/batch.ts';
import type { BatchLimits } from './upload/deliver.ts';
import { createDoubledKeyLog } from './upload/doubled-keys.ts';
import { feed } from './upload/feed.ts';
import { graceful } from './upload/graceful.ts';
import { afterSending } from './upload/duplicate-id.ts';
import { createIntake, type Intake } from './upload/intake.ts';
import type { RecordSource } from './upload/record-source.ts';
import { createRejectLog, type RejectSink } from './upload/rejects.ts';
import { createSender, type Sender } from './upload/sender.ts';
import type { UploadSummary } from './upload/summary.ts';
import { assertAllPresent } from './upload/verify-upload.ts';

export type { RejectedRecord } from './upload/rejects.ts';
export type { UploadSummary } from './upload/summary.ts';

export interface UploadInput {
  /** Physical name; it exists and fits (ensureCollection). */
  readonly collection: string;
  readonly records: RecordSource;
  /** Of the collection: names of its vectors. */
  readonly card: CollectionCard;
  readonly distance: string;
  readonly settings: Settings['upload'];
  /** Vectors bit for bit. Absent: only where the server does not normalise them itself. */
  readonly exactVectors?: boolean;
  /** For progress. */
  readonly expectedCount?: number;
  readonly onReject?: RejectSink;
  /** False: do not wait until everything is indexed. */
  readonly waitForIndex: boolean;
  /** Of the writer lock: from then on another run may write, so that nothing more is sent. */
  readonly lockLost?: AbortSignal;
}

/** Requests stay below this, whatever the number of points: the server's own limit is 32 MiB. */
const batchBytes = 8 * 1024 * 1024;
/** How long batches on their way may take after Ctrl-C. */
const graceMs = 5_000;
/** How long the end of a run that failed may take to give the collection its index back. */
const resumeWithinMs = 10_000;

/**
 * @throws QdxError `verification` for a duplicate id under `--on-duplicate error` and where a point is missing afterwards,
 * and what the server answered; what was confirmed until then is kept.
 */
export async function uploadRecords(
  connection: Connection,
  input: UploadInput,
  run: RunOptions = {},
): Promise<UploadSummary> {
  const { collection, settings } = input;
  const pointsBefore = await countPoints(connection, collection, run);
  const startedAt = performance.now();
  const limits: BatchLimits = { points: settings.batchSize, bytes: batchBytes };
  const rejects = createRejectLog(input.onReject);
  const doubledKeys = createDoubledKeyLog(run.onEvent);
  const intake = createIntake({
    ...input,
    onDuplicate: settings.onDuplicate,
    dimension: input.card.model.dimension,
    rejects,
    doubledKeys,
  });
  let confirmed = 0;
  const sender = createSender({
    connection,
    limits,
    physical: collection,
    parallel: settings.parallel,
    ...run,
    ...graceful({ ...run, ...(input.lockLost && { atOnce: input.lockLost }) }, graceMs),
    onReject: (point, reason) => intake.refused(point, reason),
    onConfirmed: (points) => {
      confirmed += points;
      const total = input.expectedCount === undefined ? {} : { total: input.expectedCount };
      run.onEvent?.({ type: 'progress', stage: 'uploading', done: confirmed, unit: 'points', ...total });
    },
  });
  try {
    await sendAll(input, intake, sender, limits, run);
    const durationMs = performance.now() - startedAt;
    return {
      ...(await finishUpload(connection, input, intake, run)),
      collection,
      read: intake.read,
      duplicates: intake.duplicates,
      rejected: rejects.count,
      firstRejects: rejects.first,
      doubledKeys: doubledKeys.count,
      ...sender.counts,
      durationMs,
      pointsPerSecond: durationMs > 0 ? confirmed / (durationMs / 1000) : 0,
      pointsBefore,
      pointsAfter: await countPoints(connection, collection, run),
    };
  } catch (error) {
    await sender.settle();
    await resumeAfterFailure(connection, input);
    throw sender.counts.batches > 0 ? afterSending(error, confirmed) : error;
  }
}

/** Every id is read back, then the index is waited for. */
async function finishUpload(
  connection: Connection,
  { collection, waitForIndex }: UploadInput,
  intake: Intake,
  run: RunOptions,
): Promise<Pick<UploadSummary, 'points' | 'idsCompared' | 'status' | 'indexedVectors'>> {
  const idsCompared = await assertAllPresent(connection, collection, intake.acceptedIds(), run.signal);
  await resumeIndexing(connection, collection);
  const info = waitForIndex
    ? await waitUntilReady(connection, collection, run)
    : await readCollectionInfo(connection, collection, run.signal);
  return { points: idsCompared, idsCompared, status: info.status, indexedVectors: info.indexed_vectors_count ?? 0 };
}

async function sendAll(
  input: UploadInput,
  intake: Intake,
  sender: Sender,
  limits: BatchLimits,
  { signal }: RunOptions,
): Promise<void> {
  const { vectorName, sparseName, tokenVectors } = input.card;
  const builder = createBatchBuilder({
    vectorName,
    sparseName,
    tokenVectorsKey: tokenVectors?.payloadKey ?? null,
    exactVectors: input.exactVectors ?? input.distance !== 'Cosine',
  });
  await feed(input.records, { builder, intake, sender, limits }, signal);
  if (intake.read === 0)
    throw new QdxError('usage', 'there is nothing to upload: the input holds no records', {
      hint: 'qdx embed --out vectors.jsonl <paths> writes a vectors file',
    });
}

/**
 * A stopped run leaves no collection without an index; where the server is gone, the mark in the metadata does it later.
 * Not after the lock was lost: another run may be uploading.
 */
async function resumeAfterFailure(connection: Connection, { collection, lockLost }: UploadInput): Promise<void> {
  if (lockLost?.aborted) return;
  const brief = withLimits(connection, { repeatable: false, signal: AbortSignal.timeout(resumeWithinMs) });
  await resumeIndexing(brief, collection).catch(() => false);
}
