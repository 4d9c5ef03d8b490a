/**
 * A report becomes what the command gives: text, JSON and the other formats, files, and how it ended.
 */
import { appendFile } from 'node:fs/promises';
import { renderAnnotations, renderStepSummary } from '../core/bench/outputs/github.ts';
import { renderJunit } from '../core/bench/outputs/junit.ts';
import { keepReport, type KeptReport } from '../core/bench/outputs/keep-report.ts';
import { renderMarkdown } from '../core/bench/outputs/markdown.ts';
import { renderPrometheus } from '../core/bench/outputs/prometheus.ts';
import { renderRun } from '../core/bench/run/trec-run.ts';
import type { Report } from '../core/bench/report/report.ts';
import type { Outcome } from '../lib/errors.ts';
import { renderBench } from './bench-render.ts';
import type { CommandContext, CommandInput, CommandResult } from './command.ts';

/** Values of `--format` that every suite knows. */
export const benchFormats = ['md', 'junit', 'github', 'prometheus', 'trec'];

export async function benchResult(
  { flags }: CommandInput,
  context: CommandContext,
  kept: KeptReport,
): Promise<CommandResult> {
  const { report, view, runs } = kept;
  const out = flags['out'];
  if (typeof out === 'string') {
    const files = await keepReport(out, kept);
    context.onEvent({ type: 'note', message: `kept in ${out}: ${files.join(', ')}` });
  }
  const summary = context.environment['GITHUB_STEP_SUMMARY'];
  if (context.format === 'github' && summary) await appendFile(summary, renderStepSummary(view));
  return {
    data: report,
    text: (terminal) => renderBench(view, terminal),
    formats: {
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
