/**
 * An upload that is stopped when everything is written: what was deferred is not left undone.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import { ensureCollection } from '../../../src/core/qdrant/collection/create-collection.ts';
import { deferralKey } from '../../../src/core/qdrant/collection/deferred-indexing.ts';
import type { Connection, RequestOptions } from '../../../src/core/qdrant/connection/connection.ts';
import { withLimits } from '../../../src/core/qdrant/connection/with-limits.ts';
import { uploadRecords } from '../../../src/core/qdrant/upload.ts';
import { fromList, testCard, testRecord, testSettings } from '../../helpers/collection-card.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';

let server: RunningQdrant;
let connection: Connection;
beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

test.each([
  ['by Ctrl-C', false],
  ['by the loss of its lock', true],
])('stopped %s while ids are read back: index deferred: %s', async (_title, losesLock) => {
  const settings = testSettings({ index: { payloadIndexes: [] } });
  const collection = losesLock ? 'lost' : 'stopped';
  const made = await ensureCollection(connection, {
    name: collection,
    card: testCard(),
    settings,
    alias: false,
    deferIndexing: true,
  });
  const stop = new AbortController();
  const line: Connection = {
    ...withLimits(connection, {}),
    request: async <T>(method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: RequestOptions) => {
      // Ids are read back by this path alone.
      if (method === 'POST' && path.endsWith('/points')) stop.abort(new Error('stopped'));
      return connection.request<T>(method, path, options);
    },
  };
  const upload = uploadRecords(
    line,
    {
      collection: made.physical,
      card: testCard(),
      distance: 'Cosine',
      settings: settings.upload,
      records: fromList([testRecord(1)]),
      waitForIndex: true,
      ...(losesLock && { lockLost: stop.signal }),
    },
    { signal: stop.signal },
  );
  await expect(upload).rejects.toThrow('stopped');
  const { config } = await readCollectionInfo(connection, made.physical);
  // Under another run that uploads, the index is not this one's to give back.
  expect(typeof config.metadata?.[deferralKey] === 'number').toBe(losesLock);
});
