/**
 * `qdx bench migration`, `load` and `upload`.
 */
import { loadView, migrationView, uploadView } from '../../core/bench/views/other-views.ts';
import { benchLoad as measureLoad } from '../../core/bench/suites/load.ts';
import { benchMigration as measureMigration } from '../../core/bench/suites/migration.ts';
import { benchUpload as measureUpload } from '../../core/bench/suites/upload.ts';
import { dataDirOf, findRunningServer } from '../../core/qdrant/local-server.ts';
import { chooseCollections } from '../../core/retrieval/choose-collections.ts';
import { QdxError } from '../../lib/errors.ts';
import { defineKeeping, defineMeasuring, defineQueries } from './flags.ts';
import { benchFormats, benchResult, rankingFormats } from './result.ts';
import { runBench } from './run.ts';
import type { CommandContext, CommandModule } from '../command.ts';
import { addSettingOptions } from '../setting-options.ts';

export const benchMigration: CommandModule = {
  formats: rankingFormats,
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

export const benchLoad: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench load -c docs --queries judged.jsonl', 'qdx bench load --starter --users 1,10 --max p95=500ms'],
  define: (command) => {
    defineQueries(command);
    defineMeasuring(command);
    addSettingOptions(command, ['bench.users']);
  },
  run: async (command, context) => {
    const report = await runBench(command, context, async ({ connection, input, places, settings }) => {
      const local = await findRunningServer(dataDirOf(settings.connection.dataDir, context.folders.data));
      const serverPid = local?.url === connection.url ? local.pid : null;
      return measureLoad(connection, { ...input, users: numbersOf(settings.bench.users), serverPid }, places, context);
    });
    return benchResult(command, context, { report, view: loadView(report), runs: {} });
  },
};

export const benchUpload: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench upload -c docs', 'qdx bench upload -c docs --batches 64,256 --in-flight 2,4'],
  define: (command) => {
    command.option('-c, --collection <name>', 'Whose points are uploaded, into a scratch collection');
    defineKeeping(command);
    addSettingOptions(command, ['bench.batches', 'bench.inFlight', 'bench.points', 'bench.rounds', 'bench.seed']);
  },
  run: async (command, context) => {
    const { flags } = command;
    const { collection, connection, settings } = await oneCollection(flags['collection'], context);
    const [batchSizes, parallels] = [numbersOf(settings.bench.batches), numbersOf(settings.bench.inFlight)];
    const report = await measureUpload(connection, { collection, settings, batchSizes, parallels }, context);
    return benchResult(command, context, { report, view: uploadView(report), runs: {} });
  },
};

export async function oneCollection(named: unknown, context: CommandContext) {
  const names = typeof named === 'string' ? [named] : [];
  const { settings } = await context.settings(names[0]);
  const connection = await context.connect();
  const [collection, ...more] = await chooseCollections(connection, names, [], context, {
    command: 'qdx bench upload -c NAME',
  });
  if (collection === undefined || more.length > 0) throw new QdxError('usage', 'name one collection with -c');
  return { collection, connection, settings };
}

/** `1,2,4`, checked by the schema. */
export const numbersOf = (list: string): number[] => list.split(',').map(Number);
