/**
 * Reasons not to upload, and to call an upload failed.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { Settings } from '../../config/schema.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import type { Connection } from '../connection/connection.ts';
import { listCollections, resolveAmong } from '../collection/names.ts';
import type { DryRunSummary } from '../upload/dry-run.ts';
import type { UploadSummary } from '../upload/summary.ts';

/** @throws QdxError `refused`: overwriting comes together with backup. */
export async function assertIsNew(connection: Connection, collection: string): Promise<void> {
  const exists = resolveAmong(await listCollections(connection), collection) !== null;
  if (!exists) return;
  throw new QdxError(
    'refused',
    `--force over the existing collection ${collection} is not offered yet: nothing was changed`,
    {
      hint: 'it comes together with qdx backup; upload to another name, or without --force to add to it',
    },
  );
}

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
