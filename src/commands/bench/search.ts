/**
 * `qdx bench search`: quality and latency of search, and gates on both.
 */
import { createBaseline, readBaseline, writeBaseline } from '../../core/bench/gate/baseline.ts';
import { primaryMeasure } from '../../core/bench/metrics/measures.ts';
import { searchView } from '../../core/bench/views/search-view.ts';
import { steadyTimes } from '../../core/bench/run/timing.ts';
import { benchSearch as measureSearch, measured, type SearchReport } from '../../core/bench/suites/search.ts';
import { QdxError } from '../../lib/errors.ts';
import { assertMayBecomeFile } from '../../lib/partial-file.ts';
import { defineMeasuring, defineQueries } from './flags.ts';
import { rankingFormats, benchResult, keeping } from './result.ts';
import { runBench } from './run.ts';
import type { CommandContext, CommandInput, CommandModule } from '../command.ts';

export const benchSearch: CommandModule = {
  formats: rankingFormats,
  examples: [
    'qdx bench search --starter',
    'qdx bench search -c docs --queries queries.csv --min ndcg@10=0.8 --max p95=200ms',
    'qdx bench search -c docs --queries beir/scifact --save-baseline baseline.json',
    'qdx bench search -c docs --queries beir/scifact --gate baseline.json --format github',
    'qdx bench search -c docs --queries queries.csv --exact --min recall=0.95',
  ],
  define: (command) => {
    defineQueries(command);
    command
      .option('--exact', 'Also how much of an exact search the index finds; needs no judgements')
      .option('--gate <file>', 'Compare with this baseline: a significant drop ends with exit code 9')
      .option('--save-baseline <file>', 'Write the scores of this run as a baseline')
      .option('--ratchet', 'Write a significant gain into the baseline of --gate');
    defineMeasuring(command);
  },
  run: keeping(async (command, context) => {
    const { flags } = command;
    const gate = typeof flags['gate'] === 'string' ? flags['gate'] : undefined;
    if (flags['ratchet'] === true && gate === undefined)
      throw new QdxError('usage', '--ratchet raises the baseline of --gate, and there is none', {
        hint: 'add --gate baseline.json',
      });
    const { saveBaseline: path } = flags;
    if (typeof path === 'string') await assertMayBecomeFile(path);
    const baseline = gate === undefined ? undefined : await readBaseline(gate);
    const report = await runBench(command, context, ({ connection, input, places }) =>
      measureSearch(
        connection,
        { ...input, exact: flags['exact'] === true, ...(baseline && { baseline }) },
        places,
        context,
      ),
    );
    await saveBaseline(command, report, context);
    return benchResult(command, context, { report, view: searchView(report), runs: { search: report.rankings } });
  }),
};

async function saveBaseline({ flags }: CommandInput, report: SearchReport, context: CommandContext): Promise<void> {
  const isBetter = flags['ratchet'] === true && report.gate?.isSignificantGain === true;
  const path = flags['saveBaseline'] ?? (isBetter ? flags['gate'] : undefined);
  if (typeof path !== 'string') return;
  const total = report.timing ? steadyTimes(report.timing)['total'] : undefined;
  const baseline = createBaseline({
    report,
    primary: primaryMeasure,
    results: report.queries,
    means: measured(report.quality),
    latency: total ?? null,
  });
  await writeBaseline(path, baseline);
  context.onEvent({ type: 'note', message: `baseline written to ${path}` });
}
