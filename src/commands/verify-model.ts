/**
 * `qdx verify-model`: a gate. Exit 4 where a check fails.
 */
import { findModel } from '../core/models/find-model.ts';
import { checkCollection } from '../core/verify-model/collection-check.ts';
import { verifyModel as verify } from '../core/verify-model/verify-model.ts';

import { addSettingOptions } from './setting-options.ts';
import type { CommandModule } from './command.ts';
import { renderVerifyReport } from './render-verify-report.ts';

/** Points of a collection that are embedded again: enough to see a wrong model, few enough to take a second. */
const collectionSample = 32;

export const verifyModel: CommandModule = {
  examples: ['qdx verify-model all-MiniLM-L6-v2', 'qdx verify-model all-MiniLM-L6-v2 --collection docs --json'],
  define: (command) => {
    command
      .argument('<model>', 'Built-in model, downloaded repository, or folder')
      .option('--reference <file>', 'ONNX file of the same model, or JSON lines of text and vector, to compare with')
      .option('--collection <name>', 'Embed a sample of this collection again and compare');
    addSettingOptions(command, ['embed.device', 'embed.workers']);
  },
  run: async ({ args, flags }, context) => {
    const [name = ''] = args;
    const { settings } = await context.settings();
    const { signal, onEvent, folders } = context;
    const { collection, reference } = flags;
    const connection = typeof collection === 'string' ? await context.connect() : undefined;
    const report = await verify(
      {
        model: await findModel(name, { cacheFolder: folders.cache, hub: settings.hub }),
        device: settings.embed.device,
        workers: settings.embed.workers,
        cacheFolder: folders.cache,
        environment: context.environment,
        ...(typeof reference === 'string' && { reference }),
        ...(connection && {
          further: [
            (lab) => checkCollection(lab, { connection, collection: String(collection), sample: collectionSample }),
          ],
        }),
      },
      { signal, onEvent },
    );
    return {
      data: report,
      text: (view) => renderVerifyReport(report, view),
      ...(!report.passed && { outcome: 'verification' as const }),
    };
  },
};
