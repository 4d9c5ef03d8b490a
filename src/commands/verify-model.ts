/**
 * `qdx verify-model`: a gate. Exit 4 where a check fails.
 */
import { isRerankerCard } from '../core/models/cards/reranker-card.ts';
import { findAnyModel } from '../core/models/find-model.ts';
import { checkCollection } from '../core/verify-model/collection-check.ts';
import { verifyModel as verify } from '../core/verify-model/verify-model.ts';
import type { VerifyReport } from '../core/verify-model/report.ts';
import { verifyReranker, type VerifyRerankerReport } from '../core/verify-model/verify-reranker.ts';
import { QdxError } from '../lib/errors.ts';
import { addSettingOptions } from './setting-options.ts';
import type { CommandModule, CommandResult } from './command.ts';
import { renderVerifyReport } from './render-verify-report.ts';

/** Points of a collection that are embedded again: enough to see a wrong model, few enough to take a second. */
const collectionSample = 32;

export const verifyModel: CommandModule = {
  examples: ['qdx verify-model all-MiniLM-L6-v2', 'qdx verify-model all-MiniLM-L6-v2 --collection docs --json'],
  define: (command) => {
    command
      .argument('<model>', 'Built-in model, downloaded repository, or folder')
      .option(
        '--reference <file>',
        'ONNX file of the same model, or JSON lines of text and vector (a reranker: query, text, logit), to compare with',
      )
      .option('--collection <name>', 'Embed a sample of this collection again and compare');
    addSettingOptions(command, ['embed.device', 'embed.workers']);
  },
  run: async ({ args, flags }, context) => {
    const [name = ''] = args;
    const { settings } = await context.settings();
    const { signal, onEvent, folders } = context;
    const { collection, reference } = flags;
    const { card, ...place } = await findAnyModel(name, { cacheFolder: folders.cache, hub: settings.hub });
    const common = {
      workers: settings.embed.workers,
      environment: context.environment,
      ...(typeof reference === 'string' && { reference }),
    };
    if (isRerankerCard(card)) {
      if (collection !== undefined)
        throw new QdxError('usage', `${name} is a reranker: no collection holds anything of it`, {
          hint: 'leave --collection out',
        });
      return resultOf(await verifyReranker({ model: { card, ...place }, ...common }, { signal, onEvent }));
    }
    const connection = typeof collection === 'string' ? await context.connect() : undefined;
    const report = await verify(
      {
        model: { card, ...place },
        device: settings.embed.device,
        cacheFolder: folders.cache,
        ...common,
        ...(connection && {
          further: [
            (lab) => checkCollection(lab, { connection, collection: String(collection), sample: collectionSample }),
          ],
        }),
      },
      { signal, onEvent },
    );
    return resultOf(report);
  },
};

const resultOf = (report: VerifyReport | VerifyRerankerReport): CommandResult => ({
  data: report,
  text: (view) => renderVerifyReport(report, view),
  ...(!report.passed && { outcome: 'verification' as const }),
});
