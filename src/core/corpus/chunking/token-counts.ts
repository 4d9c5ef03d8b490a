/**
 * Token counts of line ranges: each line is counted once, ranges are differences of running sums.
 *
 * The sums are estimates (a tokenizer may merge across a line's end); what a chunk really holds is counted again when
 * it is made.
 */
import type { Tokenizer } from '../../models/tokenizer.ts';
import type { TextLines } from './lines.ts';

/** Tokenizers slow down on very long words: a longer line is counted in slices of this many characters. */
const sliceChars = 2000;

/** A millisecond or two. */
const linesPerStep = 50;

export interface TokenCounts {
  /** Estimated tokens of the lines [start, end). */
  between(start: number, end: number): number;
}

/** In steps, a few lines each: counting a file of a megabyte takes longer than a program may be deaf. */
export function* tokenCounts(lines: TextLines, tokenizer: Pick<Tokenizer, 'count'>): Generator<null, TokenCounts> {
  const sums = new Float64Array(lines.count + 1);
  for (let line = 0; line < lines.count; line += 1) {
    sums[line + 1] = (sums[line] ?? 0) + countInSlices(lines.slice(line, line + 1), tokenizer);
    if (line % linesPerStep === linesPerStep - 1) yield null;
  }
  return { between: (start, end) => (sums[end] ?? 0) - (sums[start] ?? 0) };
}

function countInSlices(text: string, tokenizer: Pick<Tokenizer, 'count'>): number {
  if (text.length <= sliceChars) return tokenizer.count(text);
  let total = 0;
  for (let at = 0; at < text.length; at += sliceChars) total += tokenizer.count(text.slice(at, at + sliceChars));
  return total;
}
