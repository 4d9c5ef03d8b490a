/**
 * `qdx config show`: every setting with its value and origin.
 */
import type { CommandModule } from './command.ts';

export const configShow: CommandModule = {
  define: () => {},
  run: async (_input, context) => {
    const { settings } = await context.settings();
    return { data: settings, text: () => JSON.stringify(settings, null, 2) };
  },
};
