/**
 * The file of an overwrite, read whole before anything is touched: is it sound, and how many points will it be?
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import type { PayloadKeys } from '../../qdrant/collection/payload-keys.ts';
import { dryRunUpload } from '../../qdrant/upload/dry-run.ts';
import type { RecordSource } from '../../qdrant/upload/record-source.ts';
import type { UploadSummary } from '../../qdrant/upload/summary.ts';
import { asStored, cardOfSource, type UploadFilesInput } from '../../qdrant/upload-files.ts';
import { checkAgainstTexts } from '../../qdrant/upload-files/check-vectors.ts';
import { assertSize, nothingAccepted } from '../../qdrant/upload-files/check-source.ts';
import type { RejectsFile } from '../../qdrant/upload-files/rejects-file.ts';
import { openUploadSource } from '../../qdrant/upload-files/source.ts';
import { hashFile } from '../backup-folder/part-file.ts';

/** What the file becomes: read = points + duplicates + rejected. */
export type SourceCounts = Pick<UploadSummary, 'read' | 'points' | 'duplicates' | 'rejected' | 'firstRejects'>;

export interface OverwriteSource {
  /** As typed. */
  readonly paths: readonly string[];
  /** sha256 of each file, in order. */
  readonly fileHashes: readonly string[];
  /** Card of what is in it. */
  readonly given: CollectionCard;
  readonly counts: SourceCounts;
  /** Every call reads from the start. */
  records(payloadKeys: PayloadKeys | undefined): RecordSource;
}

/**
 * Files of a run are verified whole (F25).
 * @throws QdxError `verification` for what is not whole, `usage` where not one record can be a point.
 */
export async function readSource(
  upload: UploadFilesInput,
  paths: readonly string[],
  rejects: RejectsFile | undefined,
  run: RunOptions,
): Promise<OverwriteSource> {
  const { settings } = upload;
  run.onEvent?.({ type: 'phase', name: 'reading', detail: upload.paths.join(', ') });
  const source = await openUploadSource(paths, {
    plainModel: upload.plainModel,
    sparseName: settings.vector.sparseName,
    hashIds: upload.hashIds ?? false,
    shownNames: new Map(paths.map((path, index) => [path, upload.paths[index] ?? path])),
    ...(run.signal && { signal: run.signal }),
  });
  assertSize(source.model, settings);
  if (settings.upload.checkVectors) await checkAgainstTexts(source, () => upload.openEncoder(source.model), run);
  const fileHashes: string[] = [];
  for (const path of paths) fileHashes.push((await hashFile(path)).sha256);
  const rehearsal = {
    collection: upload.collection,
    records: rejects ? rejects.paced(source.records()) : source.records(),
    dimension: source.model.dimension,
    distance: settings.vector.distance,
    settings: settings.upload,
    ...(rejects && { onReject: rejects.add }),
  };
  const counts = source.count === 0 ? none : await dryRunUpload(rehearsal, run);
  if (counts.points === 0 && counts.read > 0) throw nothingAccepted({ ...rehearsed, ...counts });
  return {
    paths: upload.paths,
    fileHashes,
    given: cardOfSource(upload, source),
    counts,
    records: (keys) => asStored(source.records(), { keys, keepsTokens: true }),
  };
}

const none: SourceCounts = { read: 0, points: 0, duplicates: 0, rejected: 0, firstRejects: [] };
const rehearsed = { dryRun: true, collection: '', doubledKeys: 0, durationMs: 0 } as const;
