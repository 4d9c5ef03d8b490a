/**
 * Whether the local server of a data folder runs. On the path of every command, so it costs two small files and no more.
 */
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import { processInfo } from '../../../lib/processes.ts';
import { shellLine } from '../../../lib/shell-line.ts';
import { readState, serverPaths, type ServerState } from './server-state.ts';

/** The folder of the local server: the setting, else one in the user's data folder. Absolute. */
export const dataDirOf = (setting: string | undefined, dataFolder: string): string =>
  setting === undefined ? join(dataFolder, 'qdrant') : resolve(setting);

/** What to type for the server of this folder: `qdx server stop`, with the folder where it is not the user's own. */
export function serverCommand(verb: 'start' | 'stop', dataDir: string, dataFolder: string): string {
  const command = `qdx server ${verb}`;
  if (dataDir === dataDirOf(undefined, dataFolder)) return command;
  return `${command} ${shellLine(['--data-dir', dataDir])}`;
}

/**
 * The state of the server that runs on this folder; undefined where none does, whatever the state file says.
 * @throws QdxError `locked` where the state was written on another machine: two servers would spoil a shared folder.
 */
export async function findRunningServer(dataDir: string): Promise<ServerState | undefined> {
  const paths = serverPaths(dataDir);
  const state = readState(paths.state);
  if (!state) return undefined;
  if (state.hostname !== hostname())
    throw new QdxError('locked', `${dataDir} is used by a local server on ${state.hostname} (process ${state.pid})`, {
      hint: `stop it there, or name another folder with --data-dir; if that machine is gone, remove ${paths.state}`,
    });
  return (await isServer(state.pid, state.processStartedAt, paths.config)) ? state : undefined;
}

/** A sentence where another binary was asked for than the one that runs. */
export function otherBinaryWarning(
  running: ServerState,
  {
    qdrantBin,
    dataDir,
    dataFolder,
  }: { readonly qdrantBin?: string; readonly dataDir: string; readonly dataFolder: string },
): string | undefined {
  if (qdrantBin === undefined || resolve(qdrantBin) === running.binary.path) return undefined;
  return `the local server runs ${running.binary.path}, not ${qdrantBin}; stop it first: ${serverCommand('stop', dataDir, dataFolder)}`;
}

/** The same process as noted, and a Qdrant with our configuration: process ids are given out again. */
async function isServer(pid: number, startedAt: string, configPath: string): Promise<boolean> {
  const info = await processInfo(pid);
  return info !== undefined && info.startedAt === startedAt && info.hasArguments(configPath);
}
