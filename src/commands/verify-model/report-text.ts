/**
 * The report of `qdx verify-model` as text.
 */
import type { Check, VerifyFigures, VerifyReport } from '../../core/verify-model/report.ts';
import type { VerifyRerankerReport } from '../../core/verify-model/verify-reranker.ts';
import type { View } from '../../lib/output.ts';
import { paint, type Style } from '../../lib/style.ts';

export function renderVerifyReport(report: VerifyReport | VerifyRerankerReport, view: View): string {
  const { model, passed, checks } = report;
  const what = 'dimension' in model ? `${model.dimension} dimensions` : 'reranker';
  const width = Math.max(...checks.map(({ name }) => name.length));
  const verdict = passed ? paint(view, 'green', 'passed') : paint(view, 'red', 'failed');
  return [
    `${model.name} (${model.file}, ${model.dtype}, ${what})`,
    '',
    ...checks.map((one) => renderCheck(one, width, view)),
    '',
    ...('figures' in report ? [...renderFigures(report.figures), ''] : []),
    `verify-model ${verdict}`,
  ].join('\n');
}

const styles: Readonly<Record<Check['status'], Style>> = { passed: 'green', failed: 'red', skipped: 'yellow' };

function renderCheck({ name, status, expected, found }: Check, width: number, view: View): string {
  return `${paint(view, styles[status], status.padEnd(7))}  ${name.padEnd(width)}  ${found}\n${' '.repeat(9)}${' '.repeat(width)}  expected: ${expected}`;
}

function renderFigures(figures: VerifyFigures): string[] {
  const { device, ortVersion, cpu, cpuFlags, openMs, queryP50Ms, queryP95Ms, workers, tokensPerSecond } = figures;
  return [
    `device      ${device}${ortVersion === null ? '' : `, ONNX Runtime ${ortVersion}`}`,
    `processor   ${cpu} (${cpuFlags.join(' ') || 'flags not known'})`,
    `query       p50 ${queryP50Ms.toFixed(1)} ms, p95 ${queryP95Ms.toFixed(1)} ms; first one after ${openMs.toFixed(0)} ms`,
    `bulk        ${tokensPerSecond.toFixed(0)} tokens/s with ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
  ];
}
