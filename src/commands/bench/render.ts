/**
 * A report on the terminal: what it says, what must be known of it, the figures, how they were measured.
 */
import type { Check } from '../../core/bench/run/report.ts';
import { queryTable } from '../../core/bench/views/shown-queries.ts';
import { cellText, type ReportView } from '../../core/bench/views/view.ts';
import type { View } from '../../lib/output.ts';
import { paint, type Style } from '../../lib/style.ts';
import { renderTable } from '../../lib/table.ts';

const styleOf: Readonly<Record<Check['status'], Style>> = { passed: 'green', warning: 'yellow', failed: 'red' };
/** Longer cells, such as the text of a query, are cut: the files have the whole. */
const longestCell = 60;

export function renderBench(report: ReportView, view: View): string {
  const head = [paint(view, 'bold', report.title), report.headline].filter((line) => line !== '').join('\n');
  const notes = report.notes.map((note) => `${paint(view, 'yellow', 'note:')} ${note}`);
  const checks = report.checks.map(
    ({ name, status, message }) => `${paint(view, styleOf[status], status)}  ${name}: ${message}`,
  );
  const tables = [...report.tables, ...queryTable(report)].map(({ title, header, rows, right }) => {
    const cells = rows.map((row) => row.map((cell) => cut(cellText(cell))));
    const hasHeader = header.some((name) => name !== '');
    return `${paint(view, 'bold', title)}\n${renderTable(cells, { right, ...(hasHeader && { header }) })}`;
  });
  const facts = `${paint(view, 'bold', 'measured')}\n${renderTable(report.facts.map(([name, value]) => [name, value]))}`;
  return [head, notes.join('\n'), ...tables, facts, checks.join('\n')].filter((block) => block !== '').join('\n\n');
}

const cut = (cell: string): string => (cell.length > longestCell ? `${cell.slice(0, longestCell - 1)}…` : cell);
