/**
 * Keeps a run in a folder: raw data, and the same report in every form.
 */
import { join } from 'node:path';
import { makeFolder } from '../../../lib/make-folder.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { writeWholeFile } from '../../../lib/partial-file.ts';
import type { Report } from '../run/report.ts';
import type { ReportView } from '../views/view.ts';
import { renderRun, type RunRanking } from '../run/trec-run.ts';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPrometheus } from './prometheus.ts';

export interface KeptReport {
  readonly report: Report;
  readonly view: ReportView;
  /** TREC runs by name: `search` becomes `run-search.trec`. */
  readonly runs: Readonly<Record<string, readonly RunRanking[]>>;
}

/** @returns the names of the files, in the folder. */
export async function keepReport(folder: string, { report, view, runs }: KeptReport): Promise<string[]> {
  makeFolder(folder);
  const files: Record<string, string> = {
    'report.json': `${stringifyJson(report)}\n`,
    'report.html': renderHtml(view),
    'report.md': `${renderMarkdown(view)}\n`,
    'junit.xml': renderJunit(view),
    'metrics.prom': renderPrometheus(view, report.suite, Date.parse(report.startedAt) / 1000),
    ...Object.fromEntries(
      Object.entries(runs).map(([name, rankings]) => [`run-${name}.trec`, renderRun(rankings, `qdx-${name}`)]),
    ),
  };
  for (const [name, text] of Object.entries(files)) {
    await writeWholeFile(join(folder, name), text);
  }
  return Object.keys(files);
}
