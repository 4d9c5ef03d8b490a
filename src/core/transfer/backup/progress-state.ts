/**
 * What a journal says: which ranges of which collection are done.
 */
import type { JournalCollection, JournalLine } from '../backup-folder/journal.ts';
import type { PartEntry } from '../backup-folder/manifest.ts';
import type { IdRange } from '../scan-range.ts';

export interface CollectionProgress {
  readonly name: string;
  readonly folder: string;
  readonly countBefore: number;
  readonly ranges: readonly IdRange[];
  /** By number of range; null: the range holds no point. */
  readonly done: Map<number, PartEntry | null>;
}

export const newProgress = ({ name, folder, countBefore, ranges }: JournalCollection): CollectionProgress => ({
  name,
  folder,
  countBefore,
  ranges,
  done: new Map(),
});

export function progressOf(lines: readonly JournalLine[]): Map<string, CollectionProgress> {
  const collections = new Map<string, CollectionProgress>();
  for (const line of lines) {
    if (line.type === 'collection') collections.set(line.name, newProgress(line));
    if (line.type === 'part') collections.get(line.collection)?.done.set(line.range, line.part);
    if (line.type === 'stale') collections.get(line.collection)?.done.delete(line.range);
  }
  return collections;
}
