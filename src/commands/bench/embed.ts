/**
 * `qdx bench embed`: how fast texts are encoded here; with `--compare`, what that costs against an endpoint.
 */
import { embedCostView } from '../../core/bench/views/embed-cost-view.ts';
import { embedView } from '../../core/bench/views/embed-view.ts';
import type { CostRates } from '../../core/bench/run/cost-ways.ts';
import { benchEmbed as measureEmbed } from '../../core/bench/suites/embed.ts';
import { benchEmbedCost } from '../../core/bench/suites/embed-cost.ts';
import { readSource } from '../../core/bench/tuning/source.ts';
import { defaultModel } from '../../core/models/cards/default-model.ts';
import { findModel } from '../../core/models/find-model.ts';
import { QdxError } from '../../lib/errors.ts';
import { defineKeeping } from './flags.ts';
import { numbersOf, oneCollection } from './one-collection.ts';
import { benchFormats, benchResult, keeping } from './result.ts';
import type { CommandContext, CommandInput, CommandModule } from '../command.ts';
import { addEndpointOptions, modelPlaces } from '../model-places.ts';
import { searchPlaces } from '../search/places.ts';
import { addSettingOptions } from '../setting-options.ts';

export const benchEmbed: CommandModule = {
  formats: benchFormats,
  examples: [
    'qdx bench embed -c docs',
    'qdx bench embed -c docs --sessions 1,2,4 --max-queries 500',
    'qdx bench embed -c docs --compare local,endpoint --model endpoint:bge-base --cost-per-mtok 0.02 --gpu-per-hour 0.6',
  ],
  define: (command) => {
    command
      .option('-c, --collection <name>', 'Whose texts are encoded, with its own model')
      .option('--compare <sides>', 'local,endpoint: time and money of a million chunks each way, and the break-even')
      .option('--local-model <name>', 'With --compare: the model on this machine; absent: the collection’s own')
      .option('--gpu-per-hour <price>', 'With --compare: of a rented GPU')
      .option('--gpu-tokens-per-second <n>', 'With --compare: of that GPU; absent: as fast as the endpoint')
      .option('--cpu-per-hour <price>', 'With --compare: of this machine; absent: nothing');
    defineKeeping(command);
    addSettingOptions(command, ['embed.model', 'bench.sessions', 'bench.queries', 'bench.rounds', 'bench.seed']);
    addEndpointOptions(command, 'bulk');
  },
  run: keeping(async (command, context) => {
    const { flags } = command;
    assertCompares(flags);
    const { collection, connection, settings } = await oneCollection(command, context, 'embed');
    const { rounds, seed, sessions, queries: maxTexts } = settings.bench;
    const common = {
      collection,
      vectorName: settings.vector.name,
      payloadKeys: settings.payloadKeys,
      findModel: searchPlaces(context, settings).findModel,
      cacheFolder: context.folders.cache,
      environment: context.environment,
      maxTexts,
      rounds,
      seed,
    };
    if (flags['compare'] !== undefined) {
      const sides = await comparedModels(command, context, { collection, connection, settings });
      const report = await benchEmbedCost(connection, { ...common, ...sides }, context);
      return benchResult(command, context, { report, view: embedCostView(report), runs: {} });
    }
    const report = await measureEmbed(connection, { ...common, workers: numbersOf(sessions) }, context);
    return benchResult(command, context, { report, view: embedView(report), runs: {} });
  }),
};

/** @throws QdxError `usage` for a price that nothing is compared with. */
function assertCompares(flags: CommandInput['flags']): void {
  if (flags['compare'] !== undefined) return;
  const lone = ['gpuPerHour', 'gpuTokensPerSecond', 'cpuPerHour', 'localModel'].find(
    (name) => flags[name] !== undefined,
  );
  if (lone === undefined) return;
  throw new QdxError('usage', `${flagOf(lone)} belongs to --compare`, {
    hint: 'add --compare local,endpoint --model endpoint:NAME',
  });
}

/** @throws QdxError `usage` for other sides than those that there are. */
async function comparedModels(
  { flags }: CommandInput,
  context: CommandContext,
  { collection, connection, settings }: Awaited<ReturnType<typeof oneCollection>>,
) {
  if (flags['compare'] !== 'local,endpoint')
    throw new QdxError('usage', `--compare ${JSON.stringify(flags['compare'])}: it compares local,endpoint`, {
      hint: '--compare local,endpoint --model endpoint:NAME',
    });
  const places = modelPlaces(context, settings);
  const { model: own } = await readSource(connection, collection, settings.vector.name, context);
  const typed = settings.embed.model?.startsWith('endpoint:') ? settings.embed.model : undefined;
  const asked = typed ?? own?.name ?? '';
  const localName = flags['localModel'] ?? (own?.name.startsWith('endpoint:') ? undefined : own?.name);
  return {
    endpoint: await findModel(asked, places, own ?? undefined),
    local: typeof localName === 'string' ? await findModel(localName, places) : await defaultModel('documents', places),
    prices: pricesOf(flags, settings.endpoint.costPerMtok),
  };
}

function pricesOf(flags: CommandInput['flags'], costPerMtok: number | undefined): CostRates {
  const [gpuPerHour, cpuPerHour] = [price(flags, 'gpuPerHour'), price(flags, 'cpuPerHour')];
  const gpuTokensPerSecond = price(flags, 'gpuTokensPerSecond');
  return {
    ...(costPerMtok !== undefined && { costPerMtok }),
    ...(gpuPerHour !== undefined && { gpuPerHour }),
    ...(cpuPerHour !== undefined && { cpuPerHour }),
    ...(gpuTokensPerSecond !== undefined && { gpuTokensPerSecond }),
  };
}

function price(flags: CommandInput['flags'], name: string): number | undefined {
  if (flags[name] === undefined) return undefined;
  const value = Number(flags[name]);
  if (Number.isFinite(value) && value > 0) return value;
  throw new QdxError('usage', `${flagOf(name)} ${JSON.stringify(flags[name])}: expected a number above 0`);
}

const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
