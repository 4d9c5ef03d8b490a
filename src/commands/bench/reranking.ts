/**
 * `qdx bench reranking`: does what is configured agree with what helps?
 */
import { rerankingView } from '../../core/bench/views/reranking-view.ts';
import { benchReranking as measureReranking, type RerankingBenchInput } from '../../core/bench/suites/reranking.ts';
import { reranking, type Settings } from '../../core/config/schema.ts';
import { QdxError } from '../../lib/errors.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { defineMeasuring, defineQueries } from './flags.ts';
import { rankingFormats, benchResult, keeping } from './result.ts';
import { runBench } from './run.ts';
import type { CommandModule } from '../command.ts';
import { rerankParams } from '../rerank-settings.ts';
import { listFlag } from '../search/flags.ts';

/** Compared whatever is configured: it needs no further weights. */
const alwaysCompared: Rerank = 'late';
type Rerank = Settings['search']['rerank'];

export const benchReranking: CommandModule = {
  formats: rankingFormats,
  examples: [
    'qdx bench reranking --starter --allow-undecided',
    'qdx bench reranking -c docs --queries judged.jsonl --rerank late',
    'qdx bench reranking -c docs --queries judged.jsonl --with cross --out runs/reranking',
  ],
  define: (command) => {
    defineQueries(command);
    command
      .option(
        '--with <reranker>',
        'Compare this one too, as --rerank names it (repeatable)',
        (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
      )
      .option('--allow-undecided', 'Exit 0 where the queries are too few to decide');
    defineMeasuring(command);
  },
  run: keeping(async (command, context) => {
    const { flags } = command;
    const named = listFlag(flags, 'with').map(rerankerOf);
    const report = await runBench(command, context, ({ connection, input, places, settings }) => {
      const { rerankers, configured } = comparedRerankers(settings, named);
      const allowUndecided = flags['allowUndecided'] === true;
      return measureReranking(connection, { ...input, rerankers, configured, allowUndecided }, places, context);
    });
    const runs = Object.fromEntries(report.results.map(({ name, rankings }) => [name.replaceAll(',', '-'), rankings]));
    return benchResult(command, context, { report, view: rerankingView(report), runs });
  }),
};

/** @throws QdxError `usage` for a name that `--rerank` does not know either. */
function rerankerOf(name: string): Rerank {
  const parsed = reranking.safeParse(name);
  if (parsed.success) return parsed.data;
  const known = reranking.options.filter((one) => one !== 'auto' && one !== 'off');
  throw new QdxError('usage', `--with ${JSON.stringify(name)}: it is one of ${known.join('; ')}`, {
    hint: didYouMean(name, known) ?? 'qdx rerank --help says what each needs',
  });
}

/** Late interaction, what is configured, and what `--with` names. */
function comparedRerankers(
  settings: Settings,
  named: readonly Rerank[],
): Pick<RerankingBenchInput, 'rerankers' | 'configured'> {
  const configured = settings.search.rerank;
  const names = [...new Set([alwaysCompared, configured, ...named])].filter(
    (name) => name !== 'off' && name !== 'auto',
  );
  const paramsOf = (name: Rerank) => rerankParams({ ...settings, search: { ...settings.search, rerank: name } });
  return { configured, rerankers: Object.fromEntries(names.map((name) => [name, paramsOf(name)])) };
}
