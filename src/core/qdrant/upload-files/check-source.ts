/**
 * Reasons not to upload, and to call an upload failed.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { Settings } from '../../config/schema.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import type { DryRunSummary } from '../upload/dry-run.ts';
import type { UploadSummary } from '../upload/summary.ts';

/** @throws QdxError `usage` where the settings want another dimension than the model gives. */
export function assertSize(model: ModelCard, { vector }: Settings): void {
  if (vector.size === 'auto' || vector.size === model.dimension) return;
  throw new QdxError('usage', `vector.size is ${vector.size}, but ${model.name} gives ${model.dimension} dimensions`, {
    hint: 'set vector.size to auto',
  });
}

export function nothingAccepted({ read, rejected, firstRejects: [first] }: UploadSummary | DryRunSummary): QdxError {
  const why = first ? `; the first: line ${first.line}: ${first.reason}` : '';
  return new QdxError('usage', `nothing was uploaded: ${rejected} of ${read} records were rejected${why}`, {
    hint: '--rejects <file> writes all of them with their reasons',
    details: { read, rejected },
  });
}
