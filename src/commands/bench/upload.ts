/**
 * `qdx bench upload`: how fast points get into this server.
 */
import { benchUpload as measureUpload } from '../../core/bench/suites/upload.ts';
import { uploadView } from '../../core/bench/views/upload-view.ts';
import type { CommandModule } from '../command.ts';
import { addSettingOptions } from '../setting-options.ts';
import { defineKeeping } from './flags.ts';
import { numbersOf, oneCollection } from './one-collection.ts';
import { benchFormats, benchResult, keeping } from './result.ts';

export const benchUpload: CommandModule = {
  formats: benchFormats,
  examples: ['qdx bench upload -c docs', 'qdx bench upload -c docs --batches 64,256 --in-flight 2,4'],
  define: (command) => {
    command.option('-c, --collection <name>', 'Whose points are uploaded, into a scratch collection');
    defineKeeping(command);
    addSettingOptions(command, ['bench.batches', 'bench.inFlight', 'bench.points', 'bench.rounds', 'bench.seed']);
  },
  run: keeping(async (command, context) => {
    const { collection, connection, settings } = await oneCollection(command, context, 'upload');
    const [batchSizes, parallels] = [numbersOf(settings.bench.batches), numbersOf(settings.bench.inFlight)];
    const report = await measureUpload(connection, { collection, settings, batchSizes, parallels }, context);
    return benchResult(command, context, { report, view: uploadView(report), runs: {} });
  }),
};
