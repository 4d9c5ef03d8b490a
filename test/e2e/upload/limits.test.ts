/**
 * Uploading against the limits of a real server.
 */
import { describe, expect, test } from 'vitest';
import { uploadRecords } from '../../../src/core/qdrant/upload.ts';
import { fromList, testCard, testRecord, testSettings, uuidOf } from '../../helpers/collection-card.ts';
import { recordsUpTo, useUploads } from './use-uploads.ts';

const on = useUploads();
const { upload } = on;
const records = recordsUpTo;

describe("the server's own limits", () => {
  test('what only the server can refuse is found by halving, and the rest is written', async () => {
    const lone = { ...testRecord(5), payload: { content: 'lone \ud800 surrogate' } };
    const input = records(40).map((record, index) => (index === 5 ? lone : record));
    const summary = await upload(input);
    expect(summary).toMatchObject({ read: 40, points: 39, rejected: 1, pointsAfter: 39 });
    expect(summary.firstRejects).toMatchObject([{ line: 6, id: uuidOf(5) }]);
  });

  test('where it refuses everything the run fails with its words', async () => {
    await on.connection.request('PUT', `/collections/${on.collection}`, {
      body: { vectors: { zz: { size: 4, distance: 'Dot' } } },
    });
    const all = testSettings();
    const sent = uploadRecords(on.connection, {
      collection: on.collection,
      card: testCard(),
      distance: 'Dot',
      settings: all.upload,
      records: fromList(records(10)),
      waitForIndex: true,
    });
    await expect(sent).rejects.toMatchObject({ message: `collection "${on.collection}" has no vector named "dense"` });
  });

  test('a strict limit on the points of a request is kept from then on', async () => {
    await upload(records(1), { settings: {} });
    await on.connection.request('PATCH', `/collections/${on.collection}`, {
      body: { strict_mode_config: { enabled: true, upsert_max_batchsize: 50 } },
    });
    const summary = await upload(records(1000), { settings: { batchSize: 256, parallel: 1 } });
    expect(summary).toMatchObject({ points: 1000, rejected: 0, pointsAfter: 1000 });
    expect(summary.batches).toBeGreaterThanOrEqual(12);
  });

  test('batches are cut by bytes too', async () => {
    const content = 'x'.repeat(1_000_000);
    const summary = await upload(records(30).map((record) => ({ ...record, payload: { content } })));
    expect(summary).toMatchObject({ points: 30, rejected: 0, batches: 4 });
  });

  test('a point beyond 32 MiB is rejected, not sent', async () => {
    const huge = { ...testRecord(1), payload: { content: 'x'.repeat(33 * 1024 * 1024) } };
    const summary = await upload([testRecord(0), huge]);
    expect(summary).toMatchObject({ points: 1, rejected: 1 });
    expect(summary.firstRejects[0]?.reason).toBe('with its payload it is larger than the 32 MiB of one request');
  });
});
