/**
 * The new collection, until it is proven: made, filled from the file, read back and compared record by record, searched.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { stringifyJson } from '../../../lib/json.ts';
import type { Settings } from '../../config/schema.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { deferralKey, paysToDefer } from '../../qdrant/collection/deferred-indexing.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import { waitUntilReady } from '../../qdrant/collection/readiness.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { RecordSource } from '../../qdrant/upload/record-source.ts';
import type { RejectedRecord } from '../../qdrant/upload/rejects.ts';
import { createSeenIds } from '../../qdrant/upload/seen-ids.ts';
import type { UploadSummary } from '../../qdrant/upload/summary.ts';
import { uploadRecords } from '../../qdrant/upload.ts';
import {
  type CollectionDescription,
  describeCollection,
  descriptionDifferences,
  displayDifference,
} from '../collection/collection-description.ts';
import { compareRecords, findExtra, layoutOf } from '../compare/compare-records.ts';
import { createDifferenceLists, type PointDifferences } from '../compare/difference-lists.ts';
import {
  createIndexes,
  createStaging,
  withoutIndexing,
  emptyStaging,
  finishStaging,
  noteSpoiled,
} from '../collection/staging.ts';
import { reached } from '../journal/steps.ts';
import { readTransferMark } from '../journal/transfer-mark.ts';
import type { OverwritePlan } from './plan.ts';
import { recordsThatCount } from './records-that-count.ts';
import { assertFindsItself, createSample, type SelfRetrieval } from './self-retrieval.ts';

export interface FileInput {
  readonly plan: OverwritePlan;
  /** Every call reads from the start. */
  readonly records: () => RecordSource;
  /** As the rehearsal counted. */
  readonly points: number;
  readonly duplicates: number;
  readonly settings: Settings;
}

export interface FillInput extends FileInput {
  readonly waitForIndex: boolean;
  readonly onReject: (reject: RejectedRecord) => void;
  readonly lockLost: AbortSignal;
}

export interface FilledFromFile {
  /** Null where an earlier run had uploaded everything. */
  readonly upload: UploadSummary | null;
  readonly points: number;
  /** Null under Dot, where no vector has to find itself. */
  readonly selfRetrieval: SelfRetrieval | null;
  /** Settings that the server did not take as they were wanted. */
  readonly notTaken: readonly string[];
}

/** Points whose vectors are searched for. */
const sampled = 50;

/** @throws QdxError `verification` where the collection is not what the file says. */
export async function fillFromFile(connection: Connection, input: FillInput, run: RunOptions): Promise<FilledFromFile> {
  const { plan, points } = input;
  const { physical } = plan.staging;
  const isResumed = await make(connection, input, run);
  reached(run, 'force.created');
  const refused = new Set<string>();
  const isComplete = isResumed && (await isFilled(connection, input, run));
  const upload = isComplete || points === 0 ? null : await send(connection, input, refused, run);
  reached(run, 'force.uploaded');
  const { differences, sample } = await compareWithFile(connection, input, { physical, refused }, run);
  if (!isSame(differences)) {
    await noteSpoiled(connection, physical, plan.mark);
    throw differsFromFile(physical, differences);
  }
  const { card, description, distance } = plan.wanted;
  const retrieval = { physical, vectorName: card.vectorName, sample };
  // By dot product a longer vector may win over the same one.
  const selfRetrieval = distance === 'Dot' ? null : await assertFindsItself(connection, retrieval, run);
  await finishStaging(connection, physical, description);
  const made = await describeCollection(connection, { physical, aliases: [] }, run);
  reached(run, 'force.compared');
  const notTaken = differencesOf(description, made);
  return { upload, points: await countPoints(connection, physical, run), selfRetrieval, notTaken };
}

/** True where it goes on with what an earlier run uploaded. */
async function make(connection: Connection, { plan, points, settings }: FillInput, run: RunOptions): Promise<boolean> {
  const { physical, isLeftover } = plan.staging;
  const { description } = plan.wanted;
  run.onEvent?.({ type: 'phase', name: 'uploading', detail: `to ${physical}` });
  if (!isLeftover) {
    const wanted = paysToDefer(points) ? withDeferredIndex(description, settings) : description;
    await createStaging(connection, physical, wanted, plan.mark, run);
    return false;
  }
  const isSpoiled = (await readTransferMark(connection, physical))?.isSpoiled === true;
  if (isSpoiled) await emptyStaging(connection, physical, plan.mark);
  await createIndexes(connection, physical, description);
  return !isSpoiled;
}

type Config = Readonly<Record<string, unknown>>;

/** Filled first, indexed afterwards (qdrant/collection/deferred-indexing.ts). */
function withDeferredIndex(description: CollectionDescription, { optimization }: Settings): CollectionDescription {
  const optimizer = description.config['optimizer_config'] as Config;
  const threshold = optimizer['indexing_threshold'] ?? optimization.indexingThresholdKb;
  if (threshold === 0) return description;
  const metadata = new Map([...description.metadata, [deferralKey, Buffer.from(stringifyJson(threshold))] as const]);
  return { ...withoutIndexing(description), metadata };
}

/** What an earlier run uploaded is all there, and as the file has it. */
async function isFilled(connection: Connection, input: FillInput, run: RunOptions): Promise<boolean> {
  const { physical } = input.plan.staging;
  if ((await countPoints(connection, physical, run)) !== input.points) return false;
  const { differences } = await compareWithFile(connection, input, { physical }, run);
  if (!isSame(differences)) return false;
  if (input.waitForIndex) await waitUntilReady(connection, physical, run);
  return true;
}

function send(
  connection: Connection,
  { plan, records, points, settings, waitForIndex, onReject, lockLost }: FillInput,
  refused: Set<string>,
  run: RunOptions,
): Promise<UploadSummary> {
  const { card, distance } = plan.wanted;
  return uploadRecords(
    connection,
    {
      collection: plan.staging.physical,
      records: records(),
      card,
      distance,
      settings: settings.upload,
      expectedCount: points,
      waitForIndex,
      lockLost,
      // What has a file was turned away by qdx itself, and was said when the file was read.
      onReject: (reject) => {
        if (reject.file !== undefined) return;
        if (reject.id !== undefined) refused.add(reject.id);
        onReject(reject);
      },
    },
    run,
  );
}

interface Compared {
  readonly physical: string;
  /** Records that the server turned away. */
  readonly refused?: ReadonlySet<string>;
}

export async function compareWithFile(
  connection: Connection,
  { plan, records, points, duplicates, settings }: FileInput,
  { physical, refused = new Set() }: Compared,
  run: RunOptions,
): Promise<{ readonly differences: PointDifferences; readonly sample: ReturnType<typeof createSample>['sample'] }> {
  const { card, distance } = plan.wanted;
  const { dimension } = card.model;
  const { onDuplicate } = settings.upload;
  const info = await readCollectionInfo(connection, physical, run.signal);
  const lists = createDifferenceLists();
  const comparison = { physical, layout: layoutOf(info, card), lists, seen: createSeenIds(points), total: points };
  const sampling = createSample(points, sampled);
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${physical} with the file` });
  const counting = recordsThatCount({ records, dimension, distance, onDuplicate, duplicates, refused });
  await compareRecords(connection, comparison, sampling.watched(counting), run);
  await findExtra(connection, comparison, run);
  return { differences: lists.result(), sample: sampling.sample };
}

export const isSame = ({ compared, equal, missing, extra }: PointDifferences): boolean =>
  compared === equal && missing.count === 0 && extra.count === 0;

function differsFromFile(physical: string, differences: PointDifferences): QdxError {
  const { missing, extra, compared, equal, changedPayload, changedVectors } = differences;
  const first = [...missing.first, ...changedPayload.first, ...changedVectors.first, ...extra.first][0] ?? '';
  return new QdxError(
    'verification',
    `${physical} differs from the file: ${missing.count} points missing, ${compared - equal} changed, ` +
      `${extra.count} too many (the first: ${first})`,
    {
      hint: 'nothing was switched; another program writes there, or the server lost points: look at its log, then run the same command again',
      details: { differences },
    },
  );
}

/** Metadata apart: it was written as bytes. What settings say nothing of, the server fills in. */
function differencesOf(wanted: CollectionDescription, made: CollectionDescription): string[] {
  const strip = (description: CollectionDescription) => ({ ...description, metadata: new Map<string, Buffer>() });
  return descriptionDifferences(strip(wanted), strip(made))
    .filter(({ expected }) => expected !== undefined && expected !== null)
    .map(displayDifference);
}
