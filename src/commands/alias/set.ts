/**
 * `qdx alias set`: a name leads to a collection, wherever it led before.
 */
import { lockOwner } from '../../core/qdrant/lock.ts';
import { type AliasChange, setAlias } from '../../core/transfer/aliases.ts';
import type { CommandModule } from '../command.ts';

export const aliasSet: CommandModule = {
  examples: ['qdx alias set prod docs__3', 'qdx alias set docs docs__2 --yes'],
  define: (command) => {
    command
      .argument('<alias>', 'Name; made if it is not there')
      .argument('<collection>', 'Collection that it is to lead to, by its own name or an alias')
      .option('--break-lock', 'Change it although another run holds the lock');
  },
  run: async ({ args, flags }, context) => {
    const [alias = '', collection = ''] = args;
    const data = await setAlias(
      await context.connect(),
      {
        alias,
        collection,
        confirm: (question) => context.confirm(question),
        owner: lockOwner(`qdx alias set ${alias} ${collection}`),
        breakLock: flags['breakLock'] === true,
      },
      context,
    );
    return { data: { schemaVersion: 1, ...data }, text: () => renderChange(data) };
  },
};

function renderChange({ alias, before, after }: AliasChange): string {
  if (before === after) return `${alias} leads to ${after ?? ''} already`;
  return `${alias} -> ${after ?? ''}${before === null ? '' : `; before: ${before}, which is kept`}`;
}
