/**
 * Upload first, index afterwards. Measured with 50,000 × 768: the upload runs twice as fast, the whole up to a quarter;
 * below some 20,000 points, or where embedding is the slow part, there is nothing to win.
 *
 * What the threshold was lies in the collection's metadata, so that a killed run never leaves a collection without index.
 */
import { type CollectionInfo, readCollectionInfo } from './collection-info.ts';
import type { Connection } from '../connection/connection.ts';

/** Key in a collection's metadata: the indexing threshold, in kB, that it is to have after the upload. */
export const deferralKey = 'qdx_indexing_deferred_kb';

const worthwhilePoints = 20_000;

/** Only for a known number of points that come as fast as they are read. */
export const paysToDefer = (expectedPoints: number | undefined): boolean => (expectedPoints ?? 0) >= worthwhilePoints;

/** Gives a collection its index back, whichever run deferred it. True where there was something to do. */
export async function resumeIndexing(connection: Connection, physical: string): Promise<boolean> {
  const info: CollectionInfo = await readCollectionInfo(connection, physical);
  const threshold = info.config.metadata?.[deferralKey];
  if (typeof threshold !== 'number') return false;
  await connection.request('PATCH', `/collections/${encodeURIComponent(physical)}`, {
    body: { optimizers_config: { indexing_threshold: threshold }, metadata: { [deferralKey]: null } },
  });
  return true;
}
