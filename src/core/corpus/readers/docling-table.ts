/**
 * A table of a DoclingDocument as Markdown.
 */
import { z } from 'zod';

export const tableData = z.looseObject({
  num_rows: z.number().int().nonnegative(),
  num_cols: z.number().int().nonnegative(),
  table_cells: z.array(
    z.looseObject({
      text: z.string(),
      start_row_offset_idx: z.number().int().nonnegative(),
      end_row_offset_idx: z.number().int(),
      start_col_offset_idx: z.number().int().nonnegative(),
      end_col_offset_idx: z.number().int(),
      column_header: z.boolean().optional(),
    }),
  ),
});
export type TableData = z.infer<typeof tableData>;

/** A table beyond this is no table of a document. */
const maxCells = 1_000_000;

/** Rows of `| a | b |`; a cell that spans several is repeated in each, so that every row can be read by itself. */
export function doclingTable({ num_rows: rows, num_cols: columns, table_cells: cells }: TableData): string {
  if (rows * columns === 0 || rows * columns > maxCells) return cells.map((cell) => cell.text).join('\n');
  const grid = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ''));
  for (const cell of cells) {
    for (const row of grid.slice(cell.start_row_offset_idx, cell.end_row_offset_idx)) {
      row.fill(cellText(cell.text), cell.start_col_offset_idx, cell.end_col_offset_idx);
    }
  }
  const lines = grid.map((row) => `| ${row.join(' | ')} |`);
  const rule = `|${' --- |'.repeat(columns)}`;
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].join('\n');
}

function cellText(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', String.raw`\|`)
    .trim();
}
