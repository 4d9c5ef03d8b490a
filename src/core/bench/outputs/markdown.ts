/**
 * A report as Markdown: for pull requests, and GitHub's step summary.
 */
import type { Check } from '../report/report.ts';
import type { ReportView, ViewTable } from '../report/view.ts';

export function renderMarkdown(view: ReportView): string {
  return [
    `## ${escapeCell(view.title)}`,
    escapeCell(view.headline),
    ...(view.checks.length > 0 ? [checkTable(view.checks)] : []),
    ...view.notes.map((note) => `> **Note:** ${escapeCell(note)}`),
    ...view.tables.map((table) => `### ${escapeCell(table.title)}\n\n${renderTable(table)}`),
    `<details><summary>How this was measured</summary>\n\n${view.facts.map(([name, value]) => `- ${escapeCell(name)}: ${escapeCell(value)}`).join('\n')}\n\n</details>`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const marks = { passed: '✓ passed', warning: '⚠ warning', failed: '✗ **failed**' } as const;

const checkTable = (checks: readonly Check[]): string =>
  renderTable({
    title: '',
    header: ['check', 'result', 'figures'],
    rows: checks.map(({ name, status, message }) => [name, marks[status], message]),
    right: [],
  });

function renderTable({ header, rows, right }: ViewTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(header.map(escapeCell)),
    line(header.map((_, column) => (right.includes(column) ? '---:' : '---'))),
    ...rows.map((row) => line(row.map((cell) => (cell.startsWith('✗ **') ? cell : escapeCell(cell))))),
  ].join('\n');
}

/** Queries and paths are anybody's text: no markup of theirs acts, and no cell ends early. */
const escapeCell = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n\t]+\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|#!]/g, (sign) => `\\${sign}`);
