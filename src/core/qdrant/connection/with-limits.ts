/**
 * A connection whose requests keep limits that their callers need not know.
 */
import type { Connection, RequestOptions } from './connection.ts';

export type RequestLimits = Pick<RequestOptions, 'timeoutMs' | 'repeatable' | 'signal' | 'awaitsReturn'>;

/** The same line; `limits` hold for every request that names none of its own. */
export const withLimits = (connection: Connection, limits: RequestLimits): Connection => ({
  url: connection.url,
  serverId: connection.serverId,
  sockets: connection.sockets,
  request: async (method, path, options) => connection.request(method, path, { ...limits, ...options }),
  requestRaw: async (method, path, read, options) =>
    connection.requestRaw(method, path, read, { ...limits, ...options }),
  download: async (path, write, options) => connection.download(path, write, { ...limits, ...options }),
  client: async () => connection.client(),
  server: async () => connection.server(),
  peerAt: (url) => withLimits(connection.peerAt(url), limits),
  close: async () => connection.close(),
});
