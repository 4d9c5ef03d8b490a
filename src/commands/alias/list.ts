/**
 * `qdx alias`: which name leads to which collection.
 */
import { type AliasEntry, listAliases } from '../../core/transfer/aliases.ts';
import { formatCount } from '../../lib/quantities.ts';
import { renderTable } from '../../lib/table.ts';
import type { CommandModule } from '../command.ts';

export const aliasList: CommandModule = {
  examples: ['qdx alias', 'qdx alias --json'],
  define: () => {},
  run: async (_input, context) => {
    const aliases = await listAliases(await context.connect(), context);
    return { data: { schemaVersion: 1, aliases }, text: () => renderAliases(aliases) };
  },
};

function renderAliases(aliases: readonly AliasEntry[]): string {
  if (aliases.length === 0) return 'there are no aliases; next: qdx alias set <name> <collection>';
  return renderTable(
    aliases.map(({ alias, collection, points }) => [alias, collection, formatCount(points)]),
    { header: ['ALIAS', 'COLLECTION', 'POINTS'], right: [2] },
  );
}
