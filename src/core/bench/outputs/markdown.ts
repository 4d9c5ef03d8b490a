/**
 * A report as Markdown: for pull requests, and GitHub's step summary.
 */
import type { Check } from '../run/report.ts';
import { queryTable } from '../views/shown-queries.ts';
import { cellText, type ReportView, type ViewTable } from '../views/view.ts';

export function renderMarkdown(view: ReportView): string {
  return [
    `## ${escapeCell(view.title)}`,
    escapeCell(view.headline),
    ...(view.checks.length > 0 ? [checkTable(view.checks)] : []),
    ...view.notes.map((note) => `> **Note:** ${escapeCell(note)}`),
    ...[...view.tables, ...queryTable(view)].map((table) => `### ${escapeCell(table.title)}\n\n${renderTable(table)}`),
    `<details><summary>How this was measured</summary>\n\n${howItWasMeasured(view)
      .map(([name, value]) => `- ${escapeCell(name)}: ${escapeCell(value)}`)
      .join('\n')}\n\n</details>`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const howItWasMeasured = ({ facts, command }: ReportView): (readonly [string, string])[] => [
  ...facts,
  ...(command === undefined ? [] : [['to repeat it', command] as const]),
];

const marks = { passed: '✓ passed', warning: '⚠ warning', failed: '✗ **failed**' } as const;

const checkTable = (checks: readonly Check[]): string =>
  lines(
    ['check', 'result', 'figures'],
    checks.map(({ name, status, message }) => [escapeCell(name), marks[status], escapeCell(message)]),
    [],
  );

const renderTable = ({ header, rows, right }: ViewTable): string =>
  lines(
    header.map(escapeCell),
    rows.map((row) => row.map((cell) => escapeCell(cellText(cell)))),
    right,
  );

/** @param rows Escaped already. */
function lines(header: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, column) => (right.includes(column) ? '---:' : '---'));
  return [header, rule, ...rows].map(line).join('\n');
}

/** Queries and paths are anybody's text: no markup of theirs acts, and no cell ends early. */
const escapeCell = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n\t]+\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|#!]/g, (sign) => `\\${sign}`);
