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
  server: {
    summary: 'Start, stop and look at the local Qdrant',
    members: {
      start: {
        summary: 'Start the local Qdrant, or find it running',
        load: async () => (await import('./server-start.ts')).serverStart,
      },
      stop: {
        summary: 'Stop the local Qdrant; its data stays',
        load: async () => (await import('./server-stop.ts')).serverStop,
      },
      status: {
        summary: 'Whether it runs, where, and which binary it is',
        load: async () => (await import('./server-status.ts')).serverStatus,
      },
    },
  },
};
