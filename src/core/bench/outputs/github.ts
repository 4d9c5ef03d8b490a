/**
 * A report for GitHub Actions: annotations as workflow commands, and the text of the step summary.
 */
import type { ReportView } from '../views/view.ts';
import { renderMarkdown } from './markdown.ts';

/** GitHub shows ten annotations of a kind for a step; what is beyond is dropped without a word. */
const annotationsOfKind = 10;

/** Failed checks are errors, doubtful ones and notes warnings, the headline a notice. */
export function renderAnnotations({ title, headline, checks, notes }: ReportView): string {
  const of = (status: string): [string, string][] =>
    checks.filter((check) => check.status === status).map(({ name, message }) => [name, message]);
  const warnings = [...of('warning'), ...notes.map((note): [string, string] => [title, note])];
  return [
    ...annotations('error', of('failed')),
    ...annotations('warning', warnings),
    ...annotations('notice', [[title, headline]]),
  ].join('\n');
}

function annotations(kind: string, items: readonly (readonly [string, string])[]): string[] {
  const shown = items.length > annotationsOfKind ? items.slice(0, annotationsOfKind - 1) : items;
  const more = items.length - shown.length;
  const all: readonly (readonly [string, string])[] = more > 0 ? [...shown, ['more', `and ${more} more`]] : shown;
  return all.map(([title, message]) => `::${kind} title=${escapeProperty(title)}::${escapeData(message)}`);
}

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Above 1,024 KiB GitHub drops the whole summary. */
const maxSummaryBytes = 1024 * 1024 - 1024;

export function renderStepSummary(view: ReportView): string {
  const whole = renderMarkdown(view);
  if (Buffer.byteLength(whole) <= maxSummaryBytes) return `${whole}\n`;
  return `${renderMarkdown({ ...view, tables: [], notes: [...view.notes.slice(0, 20), 'tables are left out: they are too long for this page'] })}\n`;
}
