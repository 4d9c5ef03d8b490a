/**
 * Uploads while things break: the server, the line, the program itself.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { ensureCollection } from '../../../src/core/qdrant/collection/create-collection.ts';
import { countPoints, scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { uploadRecords } from '../../../src/core/qdrant/upload.ts';
import { writeVectorsFile } from '../../../src/core/vectors/write-file.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { fromList, testCard, testRecord, testSettings } from '../../helpers/collection-card.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { progressTypes } from '../../helpers/progress-lines.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { header } from '../../helpers/vectors-file.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let collection = '';

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  collection = `f${++number}`;
});

const records = (count: number) => Array.from({ length: count }, (_, index) => testRecord(index));

async function upload(line: Connection, count: number, onConfirmed: (done: number) => void) {
  const settings = testSettings({ upload: { batchSize: 50 }, index: { payloadIndexes: [] } });
  const card = testCard();
  const { physical } = await ensureCollection(line, { name: collection, card, settings, alias: false });
  const onEvent = (event: QdxEvent) => {
    if (event.type === 'progress' && event.stage === 'uploading') onConfirmed(event.done);
  };
  const input = { collection: physical, card, distance: 'Cosine', settings: settings.upload, waitForIndex: true };
  return uploadRecords(line, { ...input, records: fromList(records(count)) }, { onEvent });
}

async function idsAndContents(name: string): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for await (const { id, payload } of scrollPoints(connection, name)) found.set(String(id), payload?.['content']);
  return found;
}

const expected = (count: number) => new Map(records(count).map(({ id, payload }) => [String(id), payload['content']]));

test('F7: the server is killed and restarted in mid-upload: all points are there, retries are counted', async () => {
  let restart: Promise<void> | undefined;
  const summary = await upload(connection, 3000, (done) => {
    if (done >= 500) restart ??= server.kill().then(() => server.restart());
  });
  await restart;
  expect(summary).toMatchObject({ read: 3000, points: 3000, rejected: 0, pointsAfter: 3000, status: 'green' });
  expect(summary.retries).toBeGreaterThan(0);
  expect(await idsAndContents(collection)).toEqual(expected(3000));
});

test('F9: answers that get lost after the server applied the points: sent again, never counted twice', async () => {
  const proxy = await startTcpProxy(server.url);
  const line = connectTo({ url: proxy.url, apiKey: undefined });
  let lost = 0;
  const summary = await upload(line, 2000, (done) => {
    if (done >= 300 * (lost + 1) && lost < 3) {
      lost++;
      proxy.loseAnswers(1);
    }
  });
  expect(lost).toBe(3);
  expect(summary).toMatchObject({ points: 2000, pointsAfter: 2000, retries: 3 });
  expect(await idsAndContents(collection)).toEqual(expected(2000));
  await line.close();
  await proxy.close();
});

describe('the program', () => {
  const count = 3000;
  let path = '';
  beforeAll(async () => {
    path = join(temporaryFolder(), 'vectors.jsonl');
    const head = header({ count, totalCount: count, runId: 'faults' });
    await writeVectorsFile(path, head, fromList(records(count)), { format: 'base64' });
  });
  const args = () => ['upload', path, '--collection', collection, '--batch-size', '20', '--json', '--progress', 'json'];
  const env = () => ({ QDRANT_URL: server.url });
  /** Once some points are there and most are not: the line is slow, however fast the machine is. */
  const someConfirmed = /"stage":"uploading","done":[1-9]\d{2,}/u;

  test.each([
    ['kill -9', 'SIGKILL', 137],
    ['Ctrl-C', 'SIGINT', 130],
    ['SIGTERM', 'SIGTERM', 143],
  ] as const)('%s in mid-upload, then the same command again: the same collection', async (_title, signal, code) => {
    const slow = await startTcpProxy(server.url, { delayMs: 50 });
    const first = await runQdx(args(), { env: { QDRANT_URL: slow.url }, killSignal: signal, killWhen: someConfirmed });
    await slow.close();
    expect(first).toMatchObject({ exitCode: code });
    const between = await countPoints(connection, collection);
    expect(between).toBeGreaterThan(0);
    expect(between).toBeLessThan(count);
    const second = await runQdx(args(), { env: env() });
    expect(second.stderr).not.toContain('error:');
    expect(second).toMatchObject({ exitCode: 0 });
    expect(progressTypes(second.stderr)).toContain('progress');
    const summary = JSON.parse(second.stdout) as { pointsBefore: number };
    expect(summary).toMatchObject({ read: count, points: count, pointsAfter: count, status: 'green' });
    // What was on its way when the program was killed may have arrived after the count.
    expect(summary.pointsBefore).toBeGreaterThanOrEqual(between);
    expect(await idsAndContents(collection)).toEqual(expected(count));
  });
});
