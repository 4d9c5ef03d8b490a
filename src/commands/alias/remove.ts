/**
 * `qdx alias remove`: a name goes, its collection stays.
 */
import { lockOwner } from '../../core/qdrant/lock.ts';
import { removeAlias } from '../../core/transfer/aliases.ts';
import type { CommandModule } from '../command.ts';

export const aliasRemove: CommandModule = {
  examples: ['qdx alias remove prod', 'qdx alias remove prod --yes'],
  define: (command) => {
    command.argument('<alias>', 'Name').option('--break-lock', 'Remove it although another run holds the lock');
  },
  run: async ({ args, flags }, context) => {
    const [alias = ''] = args;
    const data = await removeAlias(
      await context.connect(),
      {
        alias,
        confirm: (question) => context.confirm(question),
        owner: lockOwner(`qdx alias remove ${alias}`),
        breakLock: flags['breakLock'] === true,
      },
      context,
    );
    const text = () => `alias ${data.alias} is removed; ${data.before ?? ''} stays`;
    return { data: { schemaVersion: 1, ...data }, text };
  },
};
