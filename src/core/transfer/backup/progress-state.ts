/**
 * What a journal says: which ranges of which collection are done.
 */
import type { RangeDigest } from '../points/scan-range.ts';
import type { JournalCollection, JournalLine } from '../backup-folder/journal.ts';
import type { FileEntry, PartEntry } from '../backup-folder/manifest.ts';
import type { IdRange } from '../points/scan-range.ts';

export interface CollectionProgress {
  readonly name: string;
  readonly folder: string;
  readonly countBefore: number;
  readonly ranges: readonly IdRange[];
  /** 0 but for shards. */
  readonly firstRange: number;
  /** By number of range; null: the range holds no point. */
  readonly done: Map<number, PartEntry | null>;
  /** How far a backup by snapshots is, by shard; null: of the whole collection. */
  readonly snapshots: Map<number | null, SnapshotProgress>;
}

export interface SnapshotProgress {
  /** Of the points before it was made; null: not asked for. */
  readonly before: RangeDigest | null;
  /** Snapshots that were on the server before. */
  readonly known: readonly string[];
  /** On the server; absent: killed before it was noted. */
  readonly name?: string;
  /** The downloaded file; absent: it is not whole. */
  readonly file?: FileEntry;
}

export const newProgress = ({
  name,
  folder,
  countBefore,
  ranges,
  firstRange = 0,
}: JournalCollection): CollectionProgress => ({
  name,
  folder,
  countBefore,
  ranges,
  firstRange,
  done: new Map(),
  snapshots: new Map(),
});

export function progressOf(lines: readonly JournalLine[]): Map<string, CollectionProgress> {
  const collections = new Map<string, CollectionProgress>();
  for (const line of lines) {
    if (line.type === 'collection') collections.set(line.name, newProgress(line));
    if (line.type === 'part') collections.get(line.collection)?.done.set(line.range, line.part);
    if (line.type === 'stale') collections.get(line.collection)?.done.delete(line.range);
    noteSnapshot(line, collections);
  }
  return collections;
}

function noteSnapshot(line: JournalLine, collections: ReadonlyMap<string, CollectionProgress>): void {
  if (!('collection' in line) || line.type === 'part' || line.type === 'stale') return;
  const shard = line.shard ?? null;
  const snapshots = collections.get(line.collection)?.snapshots;
  if (line.type === 'snapshot-announced') snapshots?.set(shard, { before: line.before, known: line.known });
  const so = snapshots?.get(shard);
  if (!so) return;
  if (line.type === 'snapshot-made') snapshots?.set(shard, { ...so, name: line.name });
  if (line.type === 'snapshot-file') snapshots?.set(shard, { ...so, file: line.file });
}
