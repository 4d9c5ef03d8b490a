/**
 * Options of a connection for tests: the defaults of the settings, but shorter waits.
 */
import type { ConnectionOptions } from '../../src/core/qdrant/connection/connection.ts';

export const connectionOptions = (url: string, more: Partial<ConnectionOptions> = {}): ConnectionOptions => ({
  url,
  timeoutMs: 20_000,
  retries: 5,
  retryDeadlineMs: 30_000,
  maxSockets: 10,
  ...more,
});
