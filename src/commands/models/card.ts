/**
 * `qdx models card`: the card of a model; for a folder, completed by flags and written beside the model.
 */
import { fingerprint, vectorSpace } from '../../core/models/cards/space.ts';
import { findAnyModel } from '../../core/models/find-model.ts';
import { isRerankerCard } from '../../core/models/cards/reranker-card.ts';
import { cardOfFolder, writeFolderCard } from '../../core/models/cards/folder-card.ts';
import type { CommandModule } from '../command.ts';
import { addCardOptions, cardChoices } from './card-options.ts';

export const modelsCard: CommandModule = {
  examples: ['qdx models card all-MiniLM-L6-v2', 'qdx models card ./my-model --pooling mean --max-tokens 512 --write'],
  define: (command) => {
    command
      .argument('<model>', 'Name or folder')
      .option('--write', 'Write the card to card.json in the folder, where it is found from then on');
    addCardOptions(command);
  },
  run: async ({ args, flags }, context) => {
    const [name = ''] = args;
    const choices = cardChoices(flags);
    const isChange = flags['write'] === true || Object.keys(choices).length > 0;
    const { settings } = await context.settings();
    const { card, notes } = isChange
      ? await cardOfFolder(name, choices)
      : await findAnyModel(name, { cacheFolder: context.folders.cache, hub: settings.hub });
    for (const message of notes) context.onEvent({ type: 'note', message });
    if (flags['write'] === true) await writeFolderCard(name, card);
    const space = isRerankerCard(card) ? null : vectorSpace(card);
    const data = { schemaVersion: 1, card, space, fingerprint: fingerprint(card) };
    return { data, text: () => JSON.stringify(card, null, 2) };
  },
};
