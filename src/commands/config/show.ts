/**
 * `qdx config show`: every setting with its value and origin.
 */
import type { ResolvedSettings } from '../../core/config/resolve.ts';
import { settingsDocument, type ShownSetting, shownSettings } from '../../core/config/show.ts';
import type { View } from '../../lib/output.ts';
import { paint } from '../../lib/style.ts';
import { renderTable } from '../../lib/table.ts';
import type { CommandModule } from '../command.ts';

export const configShow: CommandModule = {
  examples: ['qdx config show', 'qdx config show -c docs --json'],
  define: (command) => command.option('-c, --collection <name>', 'With the entry and preset of this collection'),
  run: async ({ flags }, context) => {
    const collection = flags['collection'] as string | undefined;
    const resolved = await context.settings(collection);
    return {
      data: settingsDocument(resolved, collection !== undefined),
      text: (view) => renderSettings(shownSettings(resolved), resolved.files, view),
    };
  },
};

export function renderSettings(rows: readonly ShownSetting[], files: ResolvedSettings['files'], view: View): string {
  const table = renderTable(rows.map((row) => [row.path, valueText(row), paint(view, 'dim', originText(row))]));
  const read = [files.project, files.user].filter((path) => path !== null);
  return `${table}\n\nsettings files: ${read.length === 0 ? 'none' : read.join(', ')}`;
}

function valueText({ value }: ShownSetting): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const originText = ({ origin: { kind, name } }: ShownSetting): string =>
  kind === name || kind === 'preset' ? name : `${kind}: ${name}`;
