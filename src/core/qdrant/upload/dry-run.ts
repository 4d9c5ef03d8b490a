/**
 * `--dry-run`: every record is read and checked as in an upload; nothing is sent.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { UploadInput } from '../upload.ts';
import { createDoubledKeyLog } from './doubled-keys.ts';
import { createIntake } from './intake.ts';
import { createRejectLog } from './rejects.ts';
import type { UploadSummary } from './summary.ts';

export type DryRunSummary = Pick<
  UploadSummary,
  'collection' | 'read' | 'points' | 'duplicates' | 'rejected' | 'firstRejects' | 'doubledKeys' | 'durationMs'
> & { readonly dryRun: true };

export type DryRunInput = Pick<UploadInput, 'collection' | 'records' | 'distance' | 'settings' | 'onReject'> & {
  readonly dimension: number;
};

/** @throws QdxError as the upload would. */
export async function dryRunUpload(input: DryRunInput, { signal, onEvent }: RunOptions = {}): Promise<DryRunSummary> {
  const startedAt = performance.now();
  const rejects = createRejectLog(input.onReject);
  const doubledKeys = createDoubledKeyLog(onEvent);
  const intake = createIntake({ ...input, onDuplicate: input.settings.onDuplicate, rejects, doubledKeys });
  for await (const record of input.records) {
    signal?.throwIfAborted();
    const accepted = intake.take(record);
    if (accepted?.earlier === 'wins') intake.leaveOut();
    else if (accepted) intake.sent(accepted);
  }
  if (intake.read === 0) throw new QdxError('usage', 'there is nothing to upload: the input holds no records');
  let points = 0;
  for (const _id of intake.acceptedIds()) points++;
  return {
    dryRun: true,
    collection: input.collection,
    read: intake.read,
    points,
    duplicates: intake.duplicates,
    rejected: rejects.count,
    firstRejects: rejects.first,
    doubledKeys: doubledKeys.count,
    durationMs: performance.now() - startedAt,
  };
}
