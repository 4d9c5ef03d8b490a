/**
 * `qdx collections adopt`: the card of a collection that qdx did not make.
 */
import { addSettingOptions } from '../setting-options.ts';
import { findModel } from '../../core/models/find-model.ts';
import { openEncoder } from '../../core/models/open-encoder.ts';
import { adoptCollection, type AdoptSummary } from '../../core/qdrant/adopt.ts';
import { QdxError } from '../../lib/errors.ts';
import { version } from '../../version.ts';
import type { CommandInput, CommandModule } from '../command.ts';
import { addEndpointOptions, modelPlaces } from '../model-places.ts';
import { shellText } from '../../lib/shell-line.ts';

export const collectionsAdopt: CommandModule = {
  examples: [
    'qdx collections adopt code --model nomic-ai/CodeRankEmbed --text-field text --path-field file',
    'qdx collections adopt notes --model all-MiniLM-L6-v2 --dry-run',
  ],
  define: (command) => {
    command
      .argument('<collection>', 'Its name or an alias')
      .option('--vector <name>', 'Dense vector, where there are several; "" is the unnamed one')
      .option('--text-field <key>', 'Payload key of the embedded text')
      .option('--path-field <key>', 'Payload key of the path')
      .option('--description <text>', 'What the collection holds, in a sentence')
      .option('--dry-run', 'Check, and write no card');
    addSettingOptions(command, ['embed.model', 'embed.device']);
    addEndpointOptions(command, 'bulk');
  },
  run: async ({ args, flags }, context) => {
    const [name = ''] = args;
    const { settings } = await context.settings(name);
    if (settings.embed.model === undefined)
      throw new QdxError('usage', `which model made the vectors of ${name}?`, { hint: 'add --model <name>' });
    const places = modelPlaces(context, settings);
    const model = await findModel(settings.embed.model, places);
    const { device, workers } = settings.embed;
    const { environment } = context;
    const data = await adoptCollection(
      await context.connect(),
      {
        collection: name,
        model: model.card,
        openEncoder: () => openEncoder(model, { device, workers, use: 'bulk', environment, ...places }, context),
        payloadKeys: { ...settings.payloadKeys, ...typedKeys(flags) },
        description: typeof flags['description'] === 'string' ? flags['description'] : '',
        qdxVersion: version,
        dryRun: flags['dryRun'] === true,
        ...(typeof flags['vector'] === 'string' && { vectorName: flags['vector'] }),
      },
      context,
    );
    return { data: { schemaVersion: 1, ...data }, text: () => renderAdoption(data) };
  },
};

const typedKeys = (flags: CommandInput['flags']) => ({
  ...(typeof flags['textField'] === 'string' && { content: flags['textField'] }),
  ...(typeof flags['pathField'] === 'string' && { source_path: flags['pathField'] }),
});

function renderAdoption({ name, physical, card, parity, isWritten }: AdoptSummary): string {
  const place = name === physical ? name : `${name} (${physical})`;
  return [
    `${parity.compared} points of ${place} embedded again with ${card.model.name}: lowest cosine ${parity.lowest.toFixed(4)}, mean ${parity.mean.toFixed(4)}, floor ${parity.floor}`,
    isWritten
      ? shellText`its card is written; next: qdx search "..." --collection ${name}`
      : 'nothing was written (--dry-run)',
  ].join('\n');
}
