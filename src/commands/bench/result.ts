/**
 * A report becomes what the command gives: text, JSON and the other formats, files, and how it ended.
 */
import { appendFile } from 'node:fs/promises';
import { renderAnnotations, renderStepSummary } from '../../core/bench/outputs/github.ts';
import { renderHtml } from '../../core/bench/outputs/html.ts';
import { renderJunit } from '../../core/bench/outputs/junit.ts';
import { keepReport, type KeptReport } from '../../core/bench/outputs/keep-report.ts';
import { renderMarkdown } from '../../core/bench/outputs/markdown.ts';
import { renderPrometheus } from '../../core/bench/outputs/prometheus.ts';
import { renderRun } from '../../core/bench/run/trec-run.ts';
import type { Report } from '../../core/bench/run/report.ts';
import type { Outcome } from '../../lib/errors.ts';
import { renderBench } from './render.ts';
import { throwWriteError } from '../../lib/file-bytes.ts';
import { assertMayBecomeFolder } from '../../lib/make-folder.ts';
import type { CommandContext, CommandInput, CommandModule, CommandResult } from '../command.ts';

/** Values of `--format` that every suite knows, and those of suites that rank. */
export const benchFormats = ['html', 'md', 'junit', 'github', 'prometheus'];
export const rankingFormats = [...benchFormats, 'trec'];

/** A run whose report may be kept: that it can be written is known before what takes minutes. */
export const keeping =
  (run: CommandModule['run']): CommandModule['run'] =>
  (command, context) => {
    const { out } = command.flags;
    if (typeof out === 'string') assertMayBecomeFolder(out);
    return run(command, context);
  };

export async function benchResult(
  { flags }: CommandInput,
  context: CommandContext,
  measured: KeptReport,
): Promise<CommandResult> {
  const { runs } = measured;
  const command = context.commandLine();
  const report = { ...measured.report, command };
  const view = { ...measured.view, command };
  const out = flags['out'];
  if (typeof out === 'string') {
    const files = await keepReport(out, { report, view, runs });
    context.onEvent({ type: 'note', message: `kept in ${out}: ${files.join(', ')}` });
  }
  const summary = context.environment['GITHUB_STEP_SUMMARY'];
  if (context.format === 'github' && summary)
    await appendFile(summary, renderStepSummary(view)).catch((error: unknown) => throwWriteError(summary, error));
  return {
    data: report,
    text: (terminal) => renderBench(view, terminal),
    formats: {
      html: () => renderHtml(view),
      md: () => renderMarkdown(view),
      junit: () => renderJunit(view),
      github: () => renderAnnotations(view),
      prometheus: () => renderPrometheus(view, report.suite, Date.parse(report.startedAt) / 1000),
      trec: () =>
        Object.entries(runs)
          .map(([name, rankings]) => renderRun(rankings, `qdx-${name}`))
          .join(''),
    },
    outcome: outcomeOf(report),
  };
}

/** A gate that was not met says more than queries that failed; neither is a success. */
function outcomeOf({ checks, failedQueries }: Report): Outcome {
  if (checks.some(({ status }) => status === 'failed')) return 'gate';
  return failedQueries > 0 ? 'partial' : 'done';
}
