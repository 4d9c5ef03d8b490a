/**
 * `qdx bench migration`, `load`, `embed` and `upload`.
 */
import { embedView, loadView, migrationView, uploadView } from '../core/bench/report/other-views.ts';
import { benchEmbed as measureEmbed } from '../core/bench/suites/embed.ts';
import { benchLoad as measureLoad } from '../core/bench/suites/load.ts';
import { benchMigration as measureMigration } from '../core/bench/suites/migration.ts';
import { benchUpload as measureUpload } from '../core/bench/suites/upload.ts';
import { dataDirOf, findRunningServer } from '../core/qdrant/local-server.ts';
import { chooseCollections } from '../core/retrieval/choose-collections.ts';
import { QdxError } from '../lib/errors.ts';
import { defineKeeping, defineMeasuring, defineQueries } from './bench-flags.ts';
import { benchFormats, benchResult } from './bench-result.ts';
import { runBench } from './bench-run.ts';
import type { CommandContext, CommandModule } from './command.ts';
import { searchPlaces } from './search-places.ts';
import { addSettingOptions } from './setting-options.ts';

export const benchMigration: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench migration --from docs__1 -c docs__2 --queries judged.jsonl'],
  define: (command) => {
    defineQueries(command);
    command.option('--from <collection>', 'The old collection; -c names the new one');
    defineMeasuring(command);
  },
  run: async (command, context) => {
    const { from } = command.flags;
    if (typeof from !== 'string')
      throw new QdxError('usage', 'which is the old collection? Name it with --from, and the new one with -c');
    const report = await runBench(command, context, ({ connection, input, places }) => {
      const [to, ...more] = input.params.collections;
      if (to === undefined || more.length > 0) throw new QdxError('usage', 'name one new collection with -c');
      return measureMigration(connection, { ...input, from, to }, places, context);
    });
    const runs = Object.fromEntries(report.sides.map(({ name, rankings }) => [name, rankings]));
    return benchResult(command, context, { report, view: migrationView(report), runs });
  },
};

/** Alone, as many as two cores bear, and more than that. */
const usualUsers = [1, 2, 4, 8];

export const benchLoad: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench load -c docs --queries judged.jsonl', 'qdx bench load --starter --users 1,10 --max p95=500ms'],
  define: (command) => {
    defineQueries(command);
    command.option('--users <numbers>', `Users at once, a run each; absent: ${usualUsers.join(',')}`);
    defineMeasuring(command);
  },
  run: async (command, context) => {
    const users = numbersFlag(command.flags['users'], '--users', usualUsers);
    const report = await runBench(command, context, async ({ connection, input, places, settings }) => {
      const local = await findRunningServer(dataDirOf(settings.connection.dataDir, context.folders.data));
      const serverPid = local?.url === connection.url ? local.pid : null;
      return measureLoad(connection, { ...input, users, serverPid }, places, context);
    });
    return benchResult(command, context, { report, view: loadView(report), runs: {} });
  },
};

export const benchEmbed: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench embed -c docs', 'qdx bench embed -c docs --sessions 1,2,4 --max-queries 500'],
  define: (command) => {
    command
      .option('-c, --collection <name>', 'Whose texts are encoded, with its own model')
      .option('--sessions <numbers>', 'Sessions side by side; absent: 1 and 2');
    defineKeeping(command);
    addSettingOptions(command, ['bench.queries', 'bench.rounds', 'bench.seed']);
  },
  run: async (command, context) => {
    const workers = numbersFlag(command.flags['sessions'], '--sessions', [1, 2]);
    const { collection, connection, settings } = await oneCollection(command.flags['collection'], context);
    const { folders, environment } = context;
    const places = searchPlaces(context, settings);
    const { rounds, seed, queries: maxTexts } = settings.bench;
    const report = await measureEmbed(
      connection,
      {
        collection,
        vectorName: settings.vector.name,
        payloadKeys: settings.payloadKeys,
        findModel: places.findModel,
        cacheFolder: folders.cache,
        environment,
        workers,
        maxTexts,
        rounds,
        seed,
      },
      context,
    );
    return benchResult(command, context, { report, view: embedView(report), runs: {} });
  },
};

export const benchUpload: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench upload -c docs', 'qdx bench upload -c docs --batches 64,256 --in-flight 2,4'],
  define: (command) => {
    command
      .option('-c, --collection <name>', 'Whose points are uploaded, into a scratch collection')
      .option('--batches <numbers>', 'Points in one request; absent: 64, 256 and 1000')
      .option('--in-flight <numbers>', 'Requests on their way; absent: 1, 2 and 4');
    defineKeeping(command);
    addSettingOptions(command, ['bench.points', 'bench.rounds', 'bench.seed']);
  },
  run: async (command, context) => {
    const { flags } = command;
    const batchSizes = numbersFlag(flags['batches'], '--batches', [64, 256, 1000]);
    const parallels = numbersFlag(flags['inFlight'], '--in-flight', [1, 2, 4]);
    const { collection, connection, settings } = await oneCollection(flags['collection'], context);
    const report = await measureUpload(connection, { collection, settings, batchSizes, parallels }, context);
    return benchResult(command, context, { report, view: uploadView(report), runs: {} });
  },
};

async function oneCollection(named: unknown, context: CommandContext) {
  const names = typeof named === 'string' ? [named] : [];
  const { settings } = await context.settings(names[0]);
  const connection = await context.connect();
  const [collection, ...more] = await chooseCollections(connection, names, [], context, {
    command: 'qdx bench upload -c NAME',
  });
  if (collection === undefined || more.length > 0) throw new QdxError('usage', 'name one collection with -c');
  return { collection, connection, settings };
}

/** `1,2,4` */
function numbersFlag(typed: unknown, flag: string, absent: readonly number[]): readonly number[] {
  if (typed === undefined) return absent;
  const numbers = typeof typed === 'string' ? typed.split(',').map(Number) : [];
  if (numbers.length > 0 && numbers.every((number) => Number.isInteger(number) && number > 0 && number <= 10_000))
    return numbers;
  throw new QdxError(
    'usage',
    `${flag}: expected whole numbers from 1 to 10,000, such as 1,2,4, got ${JSON.stringify(typed)}`,
  );
}
