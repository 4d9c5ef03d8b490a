/**
 * `qdx collections rename`: another public name; nothing is embedded again.
 */
import { lockOwner } from '../../core/qdrant/lock.ts';
import { renameCollection, type RenameSummary } from '../../core/transfer/rename-collection.ts';
import type { CommandModule } from '../command.ts';
import { renderGap } from '../name-gap-text.ts';
import { addSettingOptions } from '../setting-options.ts';

export const collectionsRename: CommandModule = {
  examples: ['qdx collections rename docs guide', 'qdx collections rename notes diary --allow-gap --yes'],
  define: (command) => {
    command
      .argument('<collection>', 'Its name now')
      .argument('<new-name>', 'Its name then; not in use')
      .option(
        '--allow-gap',
        'Copy and delete a collection that is no alias: for a moment no name leads to it, and writes fail',
      )
      .option('--allow-concurrent-writes', 'Delete it also where writers cannot be held off: stop them first')
      .option('--break-lock', 'Rename although another run holds the lock');
    addSettingOptions(command, ['upload.batchSize', 'upload.parallel']);
  },
  run: async ({ args, flags }, context) => {
    const [from = '', to = ''] = args;
    const { upload } = (await context.settings()).settings;
    const data = await renameCollection(
      await context.connect(),
      {
        from,
        to,
        allowGap: flags['allowGap'] === true,
        allowConcurrentWrites: flags['allowConcurrentWrites'] === true,
        batchSize: upload.batchSize,
        parallel: upload.parallel,
        confirm: (question) => context.confirm(question),
        owner: lockOwner(`qdx collections rename ${from} ${to}`),
        breakLock: flags['breakLock'] === true,
      },
      context,
    );
    return { data: { schemaVersion: 1, ...data }, text: () => renderRename(data) };
  },
};

const renderRename = ({ from, to, physical, gap }: RenameSummary): string =>
  [`${from} is called ${to} now (${physical})`, ...(gap ? [renderGap(to, gap)] : [])].join('\n');
