/**
 * The connection that the settings ask for: a server by URL, or the local one, started if need be.
 */
import type { Settings } from '../../config/schema.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { QdxError } from '../../../lib/errors.ts';
import type { Connection, ConnectionOptions, ServerOrigin } from './connection.ts';
import { openConnection } from './registry.ts';
import { localServerId } from '../server/server-id.ts';
import { serverPaths } from '../server/server-state.ts';

export interface ConnectInput extends RunOptions {
  readonly connection: Settings['connection'];
  /** What named the URL (`--url`, `QDRANT_URL`, a file), for hints. */
  readonly urlFrom?: string;
  /** The user's data folder. */
  readonly dataFolder: string;
  /** For PATH: the child gets none of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * With a URL no request is sent. Without one a running local server costs the reading of two small files; otherwise it is
 * started, and stays up after this process.
 */
export async function connect(input: ConnectInput): Promise<Connection> {
  const { connection: settings, onEvent, signal } = input;
  const limits = {
    timeoutMs: settings.timeoutMs,
    retries: settings.retries,
    retryDeadlineMs: settings.retryDeadlineMs,
    maxSockets: settings.maxSockets,
    insecure: settings.insecure,
    ...(signal && { signal }),
    ...(onEvent && { onEvent }),
  };
  const target = settings.url === undefined ? await localTarget(input) : remoteTarget(settings.url, input);
  return openConnection({ ...limits, ...target });
}

type Target = Pick<ConnectionOptions, 'url' | 'apiKey' | 'version' | 'origin'>;

function remoteTarget(url: string, { connection: { apiKey, https }, urlFrom }: ConnectInput): Target {
  if (https && !url.startsWith('https:'))
    throw new QdxError('usage', `${url} is plain http, and the setting connection.https asks for TLS`, {
      hint: 'use an https:// URL, or leave connection.https out',
    });
  return {
    url,
    ...(apiKey !== undefined && { apiKey }),
    ...(urlFrom !== undefined && { origin: { kind: 'named', by: urlFrom } }),
  };
}

async function localTarget(input: ConnectInput): Promise<Target> {
  const { dataDirOf, findRunningServer, otherBinaryWarning, serverCommand } = await import('../server/find-running.ts');
  const { qdrantBin, dataDir: setting } = input.connection;
  const dataDir = dataDirOf(setting, input.dataFolder);
  const running = await findRunningServer(dataDir);
  if (running?.phase === 'ready') {
    const warning = otherBinaryWarning(running, {
      dataDir,
      dataFolder: input.dataFolder,
      ...(qdrantBin !== undefined && { qdrantBin }),
    });
    if (warning) input.onEvent?.({ type: 'warning', message: warning });
    const { url, apiKey, version } = running;
    return { url, apiKey, version, origin: await localOrigin(dataDir) };
  }
  const { startLocalServer } = await import('../local-server.ts');
  const started = await startLocalServer({ ...input, dataDir, ...(qdrantBin !== undefined && { qdrantBin }) });
  if (started.started) {
    const stop = serverCommand('stop', dataDir, input.dataFolder);
    const message = `started a local Qdrant ${started.version} on ${dataDir}; it stays up, \`${stop}\` ends it`;
    input.onEvent?.({ type: 'note', message });
  }
  const { url, apiKey, version } = started;
  return { url, apiKey, version, origin: await localOrigin(dataDir) };
}

async function localOrigin(dataDir: string): Promise<ServerOrigin> {
  return { kind: 'local', log: serverPaths(dataDir).log, serverId: await localServerId(dataDir) };
}
