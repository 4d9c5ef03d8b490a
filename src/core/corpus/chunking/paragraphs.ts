/**
 * Blocks between blank lines: how text without a structure of its own is cut.
 */
import type { Block } from '../document.ts';
import type { TextLines } from './lines.ts';

export function paragraphBlocks(lines: TextLines, path: readonly string[] = []): Block[] {
  return rangesFrom(paragraphStarts({ start: 0, end: lines.count }, lines), lines.count).map((range) => ({
    ...range,
    path,
  }));
}

/** First lines of the runs that blank lines divide; blank lines stay with the run before them. */
export function paragraphStarts({ start, end }: Pick<Block, 'start' | 'end'>, lines: TextLines): number[] {
  const starts = [start];
  for (let line = start + 1; line < end; line += 1) {
    if (isBlank(lines, line - 1) && !isBlank(lines, line)) starts.push(line);
  }
  return starts;
}

/** Ranges that begin at `starts`, the last one ending at `end`. */
export function rangesFrom(starts: readonly number[], end: number): { start: number; end: number }[] {
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? end }));
}

export function isBlank(lines: TextLines, line: number): boolean {
  return lines.slice(line, line + 1).trim() === '';
}
