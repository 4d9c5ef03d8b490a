/**
 * Snapshots over the line: streamed both ways, gone on with where the line broke, refused where a bit flipped.
 */
import { createHash } from 'node:crypto';
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { countPoints } from '../../../src/core/qdrant/collection/points.ts';
import {
  createSnapshot,
  downloadSnapshot,
  listSnapshots,
  recoverSnapshot,
  removeSnapshot,
  type ServerSnapshot,
} from '../../../src/core/qdrant/snapshots.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let server: RunningQdrant;
let connection: Connection;
let made: ServerSnapshot;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await connection.request('PUT', '/collections/docs', { body: { vectors: { size: 256, distance: 'Dot' } } });
  const vector = (id: number) => Array.from({ length: 256 }, (_, at) => Math.sin(id * 256 + at));
  const points = Array.from({ length: 2000 }, (_, id) => ({ id, vector: vector(id) }));
  for (let at = 0; at < 2000; at += 500)
    await connection.request('PUT', '/collections/docs/points', {
      query: { wait: true },
      body: { points: points.slice(at, at + 500) },
    });
  made = await createSnapshot(connection, 'docs', {});
});

afterAll(async () => server.kill());

async function download(line: Connection, onChunk: () => void = () => {}): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const write = async (chunk: Buffer) => {
    chunks.push(Buffer.from(chunk));
    onChunk();
  };
  await downloadSnapshot(line, 'docs', made.name, write, {});
  return Buffer.concat(chunks);
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('a download that is cut three times goes on where it was, and is the file that the server hashed', async () => {
  const proxy = await startTcpProxy(server.url);
  const line = connectTo({ url: proxy.url, apiKey: undefined });
  await line.server();
  let taken = 0;
  const bytes = await download(line, () => {
    if ([3, 6, 9].includes(++taken)) proxy.cut();
  });
  await proxy.close();
  expect(bytes).toHaveLength(made.sizeBytes);
  expect(sha256(bytes)).toBe(made.sha256);
});

test('what the disk says to a download is thrown as it is, and not tried again', async () => {
  const full = new Error('the disk is full');
  let chunks = 0;
  const write = async () => {
    chunks++;
    throw full;
  };
  await expect(downloadSnapshot(connection, 'docs', made.name, write, {})).rejects.toBe(full);
  expect(chunks).toBe(1);
});

test('comes back into a collection whose metadata stays; a flipped bit is refused and leaves nothing of it', async () => {
  const bytes = await download(connection);
  const path = join(temporaryFolder(), 'docs.snapshot');
  writeFileSync(path, bytes);
  const file = { open: () => createReadStream(path), sizeBytes: bytes.length, sha256: sha256(bytes) };
  const body = { vectors: { size: 256, distance: 'Dot' }, metadata: { mark: 1 } };
  await connection.request('PUT', '/collections/copy', { body });
  await recoverSnapshot(connection, 'copy', file, {});
  expect(await countPoints(connection, 'copy')).toBe(2000);
  expect(await connection.request('GET', '/collections/copy')).toMatchObject({ config: { metadata: { mark: 1 } } });
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
  await expect(recoverSnapshot(connection, 'flipped', file, {})).rejects.toThrow(/[Cc]hecksum mismatch/u);
  expect(await listSnapshots(connection, 'docs', {})).toEqual([made.name]);
});

test('is removed by name, twice without complaint', async () => {
  await removeSnapshot(connection, 'docs', made.name);
  await removeSnapshot(connection, 'docs', made.name);
  expect(await listSnapshots(connection, 'docs', {})).toEqual([]);
});
