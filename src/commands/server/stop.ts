/**
 * `qdx server stop`: ends the local Qdrant of a data folder. Stopping one that does not run is no failure.
 */
import { dataDirOf, stopLocalServer, type StoppedServer } from '../../core/qdrant/local-server.ts';
import type { CommandModule } from '../command.ts';

export const serverStop: CommandModule = {
  examples: ['qdx server stop'],
  define: () => {},
  run: async (_input, context) => {
    const { folders } = context;
    const { dataDir } = (await context.settings()).settings.connection;
    const stopped = await stopLocalServer(dataDirOf(dataDir, folders.data));
    return { data: { schemaVersion: 1, ...stopped }, text: () => renderStopped(stopped) };
  },
};

function renderStopped({ stopped, killed, dataDir }: StoppedServer): string {
  if (!stopped) return `No local Qdrant runs on ${dataDir}`;
  return killed
    ? `Killed the local Qdrant on ${dataDir}, which did not end by itself; what it had confirmed is in its log`
    : `Stopped the local Qdrant on ${dataDir}; its data stays`;
}
