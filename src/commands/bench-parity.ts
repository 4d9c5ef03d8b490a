/**
 * `qdx bench parity`: do two models, or two files of one, mean the same?
 */
import { benchParity as measureParity, type ParityReport } from '../core/bench/suites/parity.ts';
import { QdxError } from '../lib/errors.ts';
import { renderTable } from '../lib/table.ts';
import { judgedSetOf } from './bench-flags.ts';
import type { CommandModule } from './command.ts';
import { addEndpointOptions } from './model-places.ts';
import { searchPlaces } from './search-places.ts';
import { addSettingOptions } from './setting-options.ts';

export const benchParity: CommandModule = {
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
    addSettingOptions(command, ['bench.seed']);
    addEndpointOptions(command, 'bulk');
  },
  run: async ({ args, flags }, context) => {
    const least = leastCosine(flags['minCosine']);
    const set = await judgedSetOf(flags, context);
    const { settings } = await context.settings();
    const { findModel } = searchPlaces(context, settings);
    const [a = '', b = ''] = args;
    const report = await measureParity(
      {
        models: [await findModel(a), await findModel(b)],
        texts: set.queries,
        cacheFolder: context.folders.cache,
        seed: settings.bench.seed,
      },
      context,
    );
    const isMet = least === undefined || (report.cosine !== null && report.cosine.mean >= least);
    return { data: report, text: () => renderParity(report), outcome: isMet ? 'done' : 'gate' };
  },
};

function leastCosine(typed: unknown): number | undefined {
  if (typed === undefined) return undefined;
  const value = typeof typed === 'string' && typed.trim() !== '' ? Number(typed) : Number.NaN;
  if (value >= -1 && value <= 1) return value;
  throw new QdxError('usage', `--min-cosine: expected a number from -1 to 1, got ${JSON.stringify(typed)}`);
}

function renderParity({ models, texts, isOneSpace, cosine, neighboursAt10, worst, host }: ParityReport): string {
  const figure = ({ mean, lower, upper }: { mean: number; lower: number; upper: number }): string =>
    `${mean.toFixed(4)} (${lower.toFixed(4)} to ${upper.toFixed(4)})`;
  return [
    `bench parity: ${models.map(({ name, dtype, dimension }) => `${name} (${dtype}, ${dimension})`).join(' against ')}`,
    renderTable([
      ['texts', String(texts)],
      ['one vector space', isOneSpace ? 'yes, by their cards' : 'no, by their cards'],
      ['cosine', cosine === null ? 'none: other dimensions' : `${figure(cosine)}, least ${cosine.least.toFixed(4)}`],
      ['same ten neighbours', figure(neighboursAt10)],
      ['host', `${host.cpu}, onnxruntime ${host.onnxruntime}`],
    ]),
    renderTable(
      worst.map(({ id, cosine: own, neighbours }) => [id, own === null ? '' : own.toFixed(4), neighbours.toFixed(2)]),
      { header: ['least alike', 'cosine', 'neighbours'], right: [1, 2] },
    ),
  ].join('\n\n');
}
