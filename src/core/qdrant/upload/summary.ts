/**
 * What an upload did, in numbers that add up: read = points + duplicates + rejected.
 */
import type { RejectedRecord } from './rejects.ts';

export interface UploadSummary {
  /** The collection that holds the points. */
  readonly collection: string;
  /** Records of the input. */
  readonly read: number;
  /** Different ids that were written. */
  readonly points: number;
  /** Records whose id was there before (`first`: left out; `last`: replaced the one before). */
  readonly duplicates: number;
  readonly rejected: number;
  /** The first few rejected ones; all of them are in the rejects file, where there is one. */
  readonly firstRejects: readonly RejectedRecord[];
  /** Records in which a key stands twice in one object; the last one was taken. */
  readonly doubledKeys: number;
  readonly batches: number;
  /** Requests that had to be sent again. */
  readonly retries: number;
  readonly sentBytes: number;
  /** Reading, sending and being confirmed, without waiting for the index. */
  readonly durationMs: number;
  readonly pointsPerSecond: number;
  /** Exact counts of the collection. */
  readonly pointsBefore: number;
  readonly pointsAfter: number;
  /** Ids that were read back after the last batch; all of them were there. */
  readonly idsCompared: number;
  /** `green`, or what it was when nobody waited. */
  readonly status: string;
  readonly indexedVectors: number;
}
