/**
 * `qdx server start`: the local Qdrant of a data folder, started or found running.
 */
import { addSettingOptions } from '../setting-options.ts';
import { dataDirOf, serverCommand, type StartedServer, startLocalServer } from '../../core/qdrant/local-server.ts';
import type { CommandModule } from '../command.ts';

export const serverStart: CommandModule = {
  examples: ['qdx server start', 'qdx server start --data-dir ./qdrant'],
  define: (command) => addSettingOptions(command, ['connection.qdrantBin']),
  run: async (_input, context) => {
    const { folders, environment, signal, onEvent } = context;
    const { url, dataDir, qdrantBin } = (await context.settings()).settings.connection;
    if (url !== undefined)
      onEvent({ type: 'warning', message: `commands will not use the local server while the URL ${url} is set` });
    const started = await startLocalServer({
      dataDir: dataDirOf(dataDir, folders.data),
      dataFolder: folders.data,
      environment,
      forgetCrashes: true,
      signal,
      onEvent,
      ...(qdrantBin !== undefined && { qdrantBin }),
    });
    const { apiKey: _apiKey, ...shown } = started;
    return { data: { schemaVersion: 1, ...shown }, text: () => renderStarted(started, folders.data) };
  },
};

const renderStarted = ({ started, version, url, pid, dataDir }: StartedServer, dataFolder: string): string =>
  [
    `${started ? 'Started' : 'Already running:'} Qdrant ${version} at ${url} (process ${pid})`,
    `data in ${dataDir}`,
    `stop it with: ${serverCommand('stop', dataDir, dataFolder)}`,
  ].join('\n');
