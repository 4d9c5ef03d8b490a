/**
 * An upload that can take nothing leaves no empty collection behind.
 */
import type { Settings } from '../../config/schema.ts';
import { parsePointId } from '../../corpus/ids.ts';
import type { EnsuredCollection } from '../collection/create-collection.ts';
import { countPoints } from '../collection/points.ts';
import type { Connection } from '../connection/connection.ts';
import { withLimits } from '../connection/with-limits.ts';
import { isUnreadable } from '../upload/record-source.ts';
import type { UploadSummary } from '../upload/summary.ts';
import { whyInvalid } from '../upload/validate-record.ts';
import type { UploadSource } from './source.ts';

/** How long the removal may take, where the server may be gone. */
const removeWithinMs = 10_000;

/** Reads up to the first record that can be a point. A vectors file was verified already. */
export async function holdsUsableRecord(source: UploadSource, { vector }: Settings): Promise<boolean> {
  if (source.runId !== null) return true;
  const rules = { dimension: source.model.dimension, distance: vector.distance };
  for await (const record of source.records())
    if (!isUnreadable(record) && isPointId(record.id) && whyInvalid(record, rules) === null) return true;
  return false;
}

function isPointId(id: unknown): boolean {
  try {
    parsePointId(id);
    return true;
  } catch {
    return false;
  }
}

/**
 * Waits for the upload. Where it failed, or the server took nothing, and the collection is this run's own and still empty,
 * the collection goes. Not for shards of a run, of which another may be about to write.
 */
export async function keepIfFilled(
  connection: Connection,
  { created, physical }: Pick<EnsuredCollection, 'created' | 'physical'>,
  { runId }: UploadSource,
  upload: Promise<UploadSummary>,
  lockLost: AbortSignal,
): Promise<UploadSummary> {
  const mayRemove = created && runId === null;
  const remove = async (): Promise<void> => {
    if (!mayRemove || lockLost.aborted) return;
    const brief = withLimits(connection, { repeatable: false, signal: AbortSignal.timeout(removeWithinMs) });
    if ((await countPoints(brief, physical)) > 0) return;
    await brief.request('DELETE', `/collections/${encodeURIComponent(physical)}`);
  };
  try {
    const summary = await upload;
    if (summary.points === 0) await remove();
    return summary;
  } catch (error) {
    // Why the upload failed counts more than a collection that could not be removed.
    await remove().catch(() => {});
    throw error;
  }
}
