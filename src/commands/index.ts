/**
 * Every command: its line in `qdx --help` and where its module is. Modules load on use, so that help stays fast.
 * The order is the order of the help.
 */
import type { CommandEntry } from './command.ts';

export const commands: Readonly<Record<string, CommandEntry>> = {
  config: {
    summary: 'Show, check and write settings',
    members: {
      show: {
        summary: 'Every setting with its value and origin',
        load: async () => (await import('./config-show.ts')).configShow,
      },
    },
  },
};
