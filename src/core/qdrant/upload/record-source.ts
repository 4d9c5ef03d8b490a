/**
 * What an upload reads: records, and lines that could not be read as one.
 */
import type { VectorRecord } from '../../vectors/record.ts';

export interface UploadRecord extends VectorRecord {
  /** 1-based line of its file; absent: counted. */
  readonly line?: number;
  readonly file?: string;
  /** Keys that stand twice in one object of its line; the last of each was taken. */
  readonly doubledKeys?: readonly string[];
}

export interface UnreadableRecord {
  readonly line: number;
  readonly file?: string;
  /** End of a sentence: `it is no JSON: …`. */
  readonly reason: string;
}

export type RecordSource = AsyncIterable<UploadRecord | UnreadableRecord>;

export const isUnreadable = (record: UploadRecord | UnreadableRecord): record is UnreadableRecord => 'reason' in record;
