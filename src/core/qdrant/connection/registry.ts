/**
 * The registry of connections: one for each (url, key), shared by all who open it, closed when nobody has used it for a while.
 */
import type { Connection, ConnectionOptions } from './connection.ts';
import { ServerConnection } from './server-connection.ts';

/** Time after the last user closed it during which a connection, with its open sockets, is kept for the next one. */
export const idleMs = 5_000;

interface Shared {
  readonly connection: ServerConnection;
  users: number;
  idleTimer?: NodeJS.Timeout;
}

const registry = new Map<string, Shared>();

/**
 * A connection to a server; the same sockets for everyone who names the same server and key. The first one's limits hold.
 * No request is sent. @throws QdxError `usage` for a bad URL, `refused` for a key that would go in the clear.
 */
export function openConnection(options: ConnectionOptions): Connection {
  const key = JSON.stringify([options.url.replace(/\/+$/, ''), options.apiKey ?? null]);
  let shared = registry.get(key);
  if (!shared) {
    shared = { connection: new ServerConnection(options), users: 0 };
    registry.set(key, shared);
  }
  clearTimeout(shared.idleTimer);
  shared.users++;
  return handleTo(shared, key, options);
}

/** Closes all connections at once, whoever still uses them. */
export async function closeAll(): Promise<void> {
  for (const { connection, idleTimer } of registry.values()) {
    clearTimeout(idleTimer);
    await connection.close();
  }
  registry.clear();
}

/** Connections that are open or kept for reuse. */
export const openConnections = (): number => registry.size;

/** Each opener gets a handle of its own, so that closing twice does not close somebody else's. */
function handleTo(shared: Shared, key: string, options: ConnectionOptions): Connection {
  const { connection } = shared;
  let isOpen = true;
  const peers: Connection[] = [];
  return {
    url: connection.url,
    serverId: options.origin?.kind === 'local' ? options.origin.serverId : connection.url,
    sockets: connection.sockets,
    request: async (method, path, options) => connection.request(method, path, options),
    requestRaw: async (method, path, read, options) => connection.requestRaw(method, path, read, options),
    download: async (path, write, options) => connection.download(path, write, options),
    client: async () => connection.client(),
    server: async () => connection.server(),
    peerAt: (url) => {
      const { version: _version, ...limits } = options;
      const peer = openConnection({ ...limits, url });
      peers.push(peer);
      return peer;
    },
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      await Promise.all(peers.map(async (peer) => peer.close()));
      shared.users--;
      if (shared.users === 0) shared.idleTimer = setTimeout(() => void closeIdle(shared, key), idleMs).unref();
    },
  };
}

async function closeIdle(shared: Shared, key: string): Promise<void> {
  if (registry.get(key) === shared) registry.delete(key);
  await shared.connection.close();
}
