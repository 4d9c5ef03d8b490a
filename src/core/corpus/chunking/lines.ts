/**
 * The lines of a text by character offset. Lines end at \n; a \r before it belongs to the line, as does the \n itself,
 * so that the lines put together are the text.
 */
export interface TextLines {
  readonly text: string;
  readonly count: number;
  /** Offset of a 0-based line's first character; of line `count`, the length of the text. */
  offset(line: number): number;
  /** Text of the lines [start, end). */
  slice(start: number, end: number): string;
  /** 0-based line that holds an offset. */
  lineAt(offset: number): number;
}

export function textLines(text: string): TextLines {
  const offsets = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) offsets.push(at + 1);
  // The end of the text is a line's start only where something follows the last \n.
  if (offsets.at(-1) !== text.length || text === '') offsets.push(text.length);
  const count = offsets.length - 1;
  const offset = (line: number): number => offsets[Math.min(line, count)] ?? text.length;
  return {
    text,
    count,
    offset,
    slice: (start, end) => text.slice(offset(start), offset(end)),
    lineAt: (position) => lastAtOrBelow(offsets, position, count),
  };
}

function lastAtOrBelow(offsets: readonly number[], position: number, count: number): number {
  let low = 0;
  let high = Math.max(0, count - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
