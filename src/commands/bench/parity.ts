/**
 * `qdx bench parity`: do two models, or two files of one, mean the same?
 */
import { parityView } from '../../core/bench/views/parity-view.ts';
import { benchParity as measureParity } from '../../core/bench/suites/parity.ts';
import { QdxError } from '../../lib/errors.ts';
import { defineKeeping, judgedSetOf } from './flags.ts';
import { benchFormats, benchResult, keeping } from './result.ts';
import type { CommandModule } from '../command.ts';
import { addEndpointOptions } from '../model-places.ts';
import { searchPlaces } from '../search/places.ts';
import { addSettingOptions } from '../setting-options.ts';

export const benchParity: CommandModule = {
  formats: benchFormats,
  examples: [
    'qdx bench parity all-MiniLM-L6-v2 ./my-model --starter',
    'qdx bench parity ./fp32 ./int8 --queries queries.csv --min-cosine 0.99',
    'qdx bench parity all-MiniLM-L6-v2 endpoint:all-minilm --starter --endpoint http://127.0.0.1:8080/v1',
  ],
  define: (command) => {
    command
      .argument('<model>', 'Built-in model, downloaded repository, folder, or endpoint:NAME')
      .argument('<other>', 'The model to compare it with')
      .option('--queries <path>', 'The texts: queries, in any of the formats of bench search')
      .option('--qrels <file>', 'TREC judgements of --queries; not used')
      .option('--starter', 'The queries that ship with qdx')
      .option('--min-cosine <value>', 'Fail where the mean cosine is below it');
    defineKeeping(command);
    addSettingOptions(command, ['bench.seed']);
    addEndpointOptions(command, 'bulk');
  },
  run: keeping(async (command, context) => {
    const { args, flags } = command;
    const least = leastCosine(flags['minCosine']);
    const set = await judgedSetOf(flags, context);
    const { settings } = await context.settings();
    const { findModel } = searchPlaces(context, settings);
    const [a = '', b = ''] = args;
    const report = await measureParity(
      {
        models: [await findModel(a), await findModel(b)],
        set,
        cacheFolder: context.folders.cache,
        seed: settings.bench.seed,
        ...(least !== undefined && { leastCosine: least }),
      },
      context,
    );
    return benchResult(command, context, { report, view: parityView(report), runs: {} });
  }),
};

function leastCosine(typed: unknown): number | undefined {
  if (typed === undefined) return undefined;
  const value = typeof typed === 'string' && typed.trim() !== '' ? Number(typed) : Number.NaN;
  if (value >= -1 && value <= 1) return value;
  throw new QdxError('usage', `--min-cosine: expected a number from -1 to 1, got ${JSON.stringify(typed)}`);
}
