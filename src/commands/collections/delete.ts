/**
 * `qdx collections delete`: a collection for good.
 */
import { lockOwner } from '../../core/qdrant/lock.ts';
import { deleteCollection, type DeletedCollection } from '../../core/transfer/delete-collection.ts';
import { counted } from '../../lib/quantities.ts';
import type { CommandModule } from '../command.ts';

export const collectionsDelete: CommandModule = {
  examples: ['qdx collections delete docs__1 --confirm docs__1', 'qdx collections delete docs --confirm docs__3'],
  define: (command) => {
    command
      .argument('<collection>', 'Its name, or the alias that leads to it')
      .option('--confirm <collection>', 'The collection itself, typed once more; --yes does not do')
      .option('--break-lock', 'Delete it although another run holds the lock');
  },
  run: async ({ args, flags }, context) => {
    const [name = ''] = args;
    const data = await deleteCollection(
      await context.connect(),
      {
        name,
        confirmedName: typeof flags['confirm'] === 'string' ? flags['confirm'] : null,
        ask: (question) => context.askText(question),
        owner: lockOwner(`qdx collections delete ${name}`),
        breakLock: flags['breakLock'] === true,
      },
      context,
    );
    return { data: { schemaVersion: 1, ...data }, text: () => renderDeletion(data) };
  },
};

const renderDeletion = ({ physical, points, aliases }: DeletedCollection): string =>
  `${physical} with ${counted(points, 'points')} is deleted` +
  (aliases.length > 0 ? `; ${aliases.join(', ')} leads nowhere now` : '');
