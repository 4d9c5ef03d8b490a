/**
 * Rows as aligned text: for people, and plain enough for grep.
 */

export interface TableOptions {
  readonly header?: readonly string[];
  /** Columns whose cells end at the same place, by number: figures. */
  readonly right?: readonly number[];
}

/** Two spaces between columns; line breaks in cells become spaces; no trailing space. */
export function renderTable(rows: readonly (readonly string[])[], { header, right = [] }: TableOptions = {}): string {
  const lines = [...(header ? [header] : []), ...rows].map((row) => row.map(oneLine));
  const widths: number[] = [];
  for (const line of lines)
    for (const [column, cell] of line.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column] ?? 0, right.includes(column)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const oneLine = (cell: string): string => cell.replaceAll(/\s*[\r\n\t]\s*/g, ' ');

function pad(cell: string, width: number, toRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(cell)));
  return toRight ? space + cell : cell + space;
}

/** East Asian wide and emoji take two columns, combining marks none; style marks are as wide as nothing. */
export function displayWidth(text: string): number {
  // oxlint-disable-next-line eslint/no-control-regex -- the marks of lib/style.ts
  const visible = text.replaceAll(/\u0001[^\u0002]*\u0002/g, '');
  // oxlint-disable-next-line eslint/no-control-regex -- all of ASCII
  if (/^[\u0020-\u007E]*$/.test(visible)) return visible.length;
  let width = 0;
  for (const character of visible) width += /\p{Mn}|\p{Me}|\p{Cf}/u.test(character) ? 0 : isWide(character) ? 2 : 1;
  return width;
}

const isWide = (character: string): boolean =>
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|[\u{20000}-\u{3FFFD}]/u.test(
    character,
  );
