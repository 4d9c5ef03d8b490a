/**
 * Uploads of made-up records on a server of the test file's own, each test into a collection of its own.
 */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { ensureCollection } from '../../../src/core/qdrant/collection/create-collection.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { type UploadInput, uploadRecords } from '../../../src/core/qdrant/upload.ts';
import type { UploadRecord } from '../../../src/core/qdrant/upload/record-source.ts';
import type { UploadSummary } from '../../../src/core/qdrant/upload/summary.ts';
import { fromList, testCard, testRecord, testSettings } from '../../helpers/collection-card.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';

type Change = Partial<Omit<UploadInput, 'records' | 'settings'>> & { readonly settings?: Record<string, unknown> };

export interface Uploads {
  readonly server: RunningQdrant;
  readonly connection: Connection;
  /** Of the current test. */
  readonly collection: string;
  /** Makes the collection where it is not there yet. */
  readonly upload: (
    records: readonly unknown[],
    change?: Change,
    vector?: Record<string, unknown>,
  ) => Promise<UploadSummary>;
}

/** To be called once at the top of a test file. */
export function useUploads(): Uploads {
  let server: RunningQdrant;
  let connection: Connection;
  let number = 0;
  beforeAll(async () => {
    server = await startQdrant();
    connection = connectTo(server);
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });
  beforeEach(() => void number++);
  return {
    get server() {
      return server;
    },
    get connection() {
      return connection;
    },
    get collection() {
      return `u${number}`;
    },
    upload: async (records, { settings, ...change } = {}, vector = {}) => {
      const all = testSettings({ upload: settings ?? {}, vector, index: { payloadIndexes: [] } });
      const card = change.card ?? testCard();
      const made = await ensureCollection(connection, { name: `u${number}`, card, settings: all, alias: false });
      return uploadRecords(connection, {
        collection: made.physical,
        card,
        records: fromList(records as UploadRecord[]),
        distance: all.vector.distance,
        settings: all.upload,
        waitForIndex: true,
        ...change,
      });
    },
  };
}

export const recordsUpTo = (count: number) => Array.from({ length: count }, (_, index) => testRecord(index));
