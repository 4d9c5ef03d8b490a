/**
 * Connections for tests of core against a real server.
 */
import type { Connection, ConnectionOptions } from '../../src/core/qdrant/connection/connection.ts';
import { openConnection } from '../../src/core/qdrant/connection/registry.ts';
import type { RunningQdrant } from './qdrant.ts';

export const connectTo = (
  server: Pick<RunningQdrant, 'url' | 'apiKey'>,
  change: Partial<ConnectionOptions> = {},
): Connection =>
  openConnection({
    url: server.url,
    ...(server.apiKey !== undefined && { apiKey: server.apiKey }),
    timeoutMs: 30_000,
    retries: 5,
    retryDeadlineMs: 60_000,
    maxSockets: 10,
    ...change,
  });

/** The same server, as if it were one from before 1.16. */
export const asOlderServer = (connection: Connection): Connection => ({
  ...connection,
  server: async () => ({
    version: '1.13.0',
    features: { collectionMetadata: false, binaryEncodings: false, conditionalUpsert: false },
    clockAheadMs: null,
  }),
});
