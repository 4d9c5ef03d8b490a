/**
 * `qdx verify-model`: a gate. Exit 4 where a check fails.
 */
import { isRerankerCard } from '../core/models/cards/reranker-card.ts';
import { findAnyModel, findModel } from '../core/models/find-model.ts';
import { checkCollection } from '../core/verify-model/collection-check.ts';
import { verifyEndpoint } from '../core/verify-model/verify-endpoint.ts';
import { verifyModel as verify, type VerifyParams } from '../core/verify-model/verify-model.ts';
import type { VerifyReport } from '../core/verify-model/report.ts';
import { verifyReranker, type VerifyRerankerReport } from '../core/verify-model/verify-reranker.ts';
import { QdxError } from '../lib/errors.ts';
import { addSettingOptions } from './setting-options.ts';
import type { CommandContext, CommandModule, CommandResult } from './command.ts';
import { addEndpointOptions, modelPlaces } from './model-places.ts';
import { renderVerifyReport } from './verify-model/report-text.ts';

/** Points of a collection that are embedded again: enough to see a wrong model, few enough to take a second. */
const collectionSample = 32;

export const verifyModel: CommandModule = {
  examples: [
    'qdx verify-model all-MiniLM-L6-v2',
    'qdx verify-model all-MiniLM-L6-v2 --collection docs --json',
    'qdx verify-model endpoint:bge-base --endpoint http://127.0.0.1:8080/v1 --collection docs',
  ],
  define: (command) => {
    command
      .argument('<model>', 'Built-in model, downloaded repository, folder, or endpoint:NAME')
      .option(
        '--reference <file>',
        'ONNX file of the same model, or JSON lines of text and vector (a reranker: query, text, logit), to compare with',
      )
      .option('--collection <name>', 'Embed a sample of this collection again and compare');
    addSettingOptions(command, ['embed.device', 'embed.workers']);
    addEndpointOptions(command, 'bulk');
  },
  run: async ({ args, flags }, context) => {
    const [name = ''] = args;
    const { settings } = await context.settings();
    const { signal, onEvent, folders } = context;
    const { collection, reference } = flags;
    const places = modelPlaces(context, settings);
    const further = async () => furtherChecks(collection, context);
    if (name.startsWith('endpoint:')) {
      const model = await findModel(name, places);
      const asked = { model, cacheFolder: folders.cache, further: await further() };
      return resultOf(await verifyEndpoint({ ...asked, ...referenceOf(reference) }, { signal, onEvent }));
    }
    const { card, ...place } = await findAnyModel(name, places);
    const common = {
      workers: settings.embed.workers,
      environment: context.environment,
      ...referenceOf(reference),
    };
    if (isRerankerCard(card)) {
      if (collection !== undefined)
        throw new QdxError('usage', `${name} is a reranker: no collection holds anything of it`, {
          hint: 'leave --collection out',
        });
      return resultOf(await verifyReranker({ model: { card, ...place }, ...common }, { signal, onEvent }));
    }
    const report = await verify(
      {
        model: { card, ...place },
        device: settings.embed.device,
        cacheFolder: folders.cache,
        ...common,
        further: await further(),
      },
      { signal, onEvent },
    );
    return resultOf(report);
  },
};

const referenceOf = (reference: unknown) => (typeof reference === 'string' ? { reference } : {});

async function furtherChecks(collection: unknown, context: CommandContext): Promise<VerifyParams['further'] & object> {
  if (typeof collection !== 'string') return [];
  const connection = await context.connect();
  return [(lab) => checkCollection(lab, { connection, collection, sample: collectionSample })];
}

const resultOf = (report: VerifyReport | VerifyRerankerReport): CommandResult => ({
  data: report,
  text: (view) => renderVerifyReport(report, view),
  ...(!report.passed && { outcome: 'verification' as const }),
});
