/**
 * `qdx bench load`: how many users at once search bears.
 */
import { benchLoad as measureLoad } from '../../core/bench/suites/load.ts';
import { loadView } from '../../core/bench/views/load-view.ts';
import { dataDirOf, findRunningServer } from '../../core/qdrant/local-server.ts';
import type { CommandModule } from '../command.ts';
import { addSettingOptions } from '../setting-options.ts';
import { defineMeasuring, defineQueries } from './flags.ts';
import { numbersOf } from './one-collection.ts';
import { benchFormats, benchResult, keeping } from './result.ts';
import { runBench } from './run.ts';

export const benchLoad: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench load -c docs --queries judged.jsonl', 'qdx bench load --starter --users 1,10 --max p95=500ms'],
  define: (command) => {
    defineQueries(command);
    defineMeasuring(command);
    addSettingOptions(command, ['bench.users']);
  },
  run: keeping(async (command, context) => {
    const report = await runBench(command, context, async ({ connection, input, places, settings }) => {
      const local = await findRunningServer(dataDirOf(settings.connection.dataDir, context.folders.data));
      const serverPid = local?.url === connection.url ? local.pid : null;
      return measureLoad(connection, { ...input, users: numbersOf(settings.bench.users), serverPid }, places, context);
    });
    return benchResult(command, context, { report, view: loadView(report), runs: {} });
  }),
};
