/**
 * `qdx config init`: a first qdx.config.json in this folder.
 */
import { addSettingOptions } from '../setting-options.ts';
import { writeFirstSettings } from '../../core/config/init.ts';
import type { CommandModule } from '../command.ts';
import { shellText } from '../../lib/shell-line.ts';

export const configInit: CommandModule = {
  examples: ['qdx config init docs', 'qdx config init src --preset code -c engine'],
  define: (command) => {
    command.argument('[paths...]', 'Folders and files of the collection; none: this folder');
    command.option('-c, --collection <name>', "Name of the collection; absent: this folder's");
    addSettingOptions(command, ['preset']);
  },
  run: async ({ args, flags }, context) => {
    const { settings } = await context.settings();
    const collection = flags['collection'] as string | undefined;
    const data = await writeFirstSettings({
      folder: context.folders.cwd,
      preset: settings.preset,
      paths: args,
      ...(collection !== undefined && { collection }),
    });
    return { data, text: () => shellText`wrote ${data.path}; next: qdx embed -c ${data.collection}` };
  },
};
