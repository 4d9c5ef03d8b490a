/**
 * `qdx server status`: whether the local Qdrant of a data folder runs, where, and which binary it is.
 */
import { dataDirOf, localServerStatus, serverCommand, type ServerStatus } from '../../core/qdrant/local-server.ts';
import type { CommandModule } from '../command.ts';

export const serverStatus: CommandModule = {
  examples: ['qdx server status', 'qdx server status --json'],
  define: () => {},
  run: async (_input, context) => {
    const { folders } = context;
    const { dataDir } = (await context.settings()).settings.connection;
    const status = await localServerStatus(dataDirOf(dataDir, folders.data), folders.data);
    return { data: { schemaVersion: 1, ...status }, text: () => renderStatus(status, folders.data) };
  },
};

function renderStatus(status: ServerStatus, dataFolder: string): string {
  const { running, dataDir, log } = status;
  if (!running)
    return `No local Qdrant runs on ${dataDir}\nstart it with: ${serverCommand('start', dataDir, dataFolder)}`;
  const rows: [string, string][] = [
    ['version', `${status.version}${status.ready ? '' : ' (still loading)'}`],
    ['url', `${status.url}`],
    ['process', `${status.pid}, since ${status.startedAt}`],
    ['data', dataDir],
    ['log', log],
    ['api key', `in ${status.stateFile}, which only you can read`],
    ['binary', `${status.binary?.path}`],
    ['', status.binary?.origin ?? ''],
  ];
  return ['Running', ...rows.map(([label, value]) => `  ${label.padEnd(8)} ${value}`)].join('\n');
}
