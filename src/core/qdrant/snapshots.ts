/**
 * Qdrant's own snapshots of a collection: made, read, removed, and brought into a collection. They are tar files of any size,
 * so nothing of them is held in memory. A snapshot holds the shards of the peer that is asked, or one of them, and no aliases.
 */
import { randomUUID } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import type { RunOptions } from '../../lib/events.ts';
import { type Connection, StreamedBody } from './connection/connection.ts';

export interface ServerSnapshot {
  readonly name: string;
  readonly sizeBytes: number;
  /** As the server computed it; null for a server that does not. */
  readonly sha256: string | null;
}

interface SnapshotAnswer {
  readonly name: string;
  readonly size: number;
  readonly checksum?: string | null;
}

/** A collection by its name, as far as it lies on the peer that is asked; or one shard of it that lies there. */
export type SnapshotOf = string | { readonly physical: string; readonly shard: number };

/** Of the list, or with a name behind it of one. */
export function snapshotPath(of: SnapshotOf, tail = ''): string {
  const [physical, shard] = typeof of === 'string' ? [of, ''] : [of.physical, `/shards/${of.shard}`];
  return `/collections/${encodeURIComponent(physical)}${shard}/snapshots${tail}`;
}

const fileOf = (of: SnapshotOf, name: string): string => snapshotPath(of, `/${encodeURIComponent(name)}`);

/** The server copies all data before it answers, and unpacks all of it: silence is no failure. */
const patientMs = 6 * 3_600_000;

export async function listSnapshots(connection: Connection, of: SnapshotOf, run: RunOptions): Promise<string[]> {
  const listed = await connection.request<SnapshotAnswer[]>('GET', snapshotPath(of), signalOf(run));
  return listed.map(({ name }) => name);
}

/** Not repeated where the answer got lost: each attempt would leave one more on the server's disk. */
export async function createSnapshot(connection: Connection, of: SnapshotOf, run: RunOptions): Promise<ServerSnapshot> {
  const options = { query: { wait: true }, repeatable: false, timeoutMs: patientMs, ...signalOf(run) };
  const made = await connection.request<SnapshotAnswer>('POST', snapshotPath(of), options);
  return { name: made.name, sizeBytes: made.size, sha256: made.checksum ?? null };
}

/** In order, each chunk waited for. Whether it came whole, its checksum has to say. */
export const downloadSnapshot = (
  connection: Connection,
  of: SnapshotOf,
  name: string,
  write: (chunk: Buffer) => Promise<void>,
  run: RunOptions,
): Promise<void> => connection.download(fileOf(of, name), write, signalOf(run));

/** No failure where it is gone already. */
export async function removeSnapshot(connection: Connection, of: SnapshotOf, name: string): Promise<void> {
  const names = await listSnapshots(connection, of, {});
  if (names.includes(name)) await connection.request('DELETE', fileOf(of, name), { query: { wait: true } });
}

export interface SnapshotFile {
  /** Opened for each attempt anew. */
  readonly open: () => Readable;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A snapshot that lies on a server, as it comes from there; for another server, with no file in between. */
export function snapshotStream(connection: Connection, of: SnapshotOf, name: string, run: RunOptions): Readable {
  const stream = new PassThrough({ highWaterMark: 1024 * 1024 });
  const write = (chunk: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  downloadSnapshot(connection, of, name, write, run).then(
    () => stream.end(),
    (error: Error) => stream.destroy(error),
  );
  return stream;
}

/**
 * Replaces the points of a collection, and its payload indexes, by those of a snapshot. Where the collection is there, its own
 * configuration and metadata stay (measured, Qdrant 1.16); where it is not, they come from the snapshot. The server compares
 * the checksum: without it, it takes a file with flipped bits. A shard is recovered on this peer alone (`no_sync`): each of its
 * replicas is to get the same snapshot, and does not wait for the server to find out that it differs (measured: for seconds, reads
 * then come from empty replicas).
 * @throws QdxError where vectors or shard number differ from the collection's.
 */
export async function recoverSnapshot(
  connection: Connection,
  of: SnapshotOf,
  { open, sizeBytes, sha256 }: SnapshotFile,
  run: RunOptions,
): Promise<void> {
  const boundary = `qdx-${randomUUID()}`;
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="snapshot"; filename="collection.snapshot"\r\n` +
      'content-type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const parts = async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield head;
    yield* open() as AsyncIterable<Buffer>;
    yield tail;
  };
  const type = `multipart/form-data; boundary=${boundary}`;
  const body = new StreamedBody(type, head.length + sizeBytes + tail.length, () => Readable.from(parts()));
  const priority = typeof of === 'string' ? 'snapshot' : 'no_sync';
  const query = { wait: true, priority, checksum: sha256 };
  const options = { body, query, timeoutMs: patientMs, ...signalOf(run) };
  await connection.request('POST', snapshotPath(of, '/upload'), options);
}

const signalOf = ({ signal }: RunOptions): { readonly signal?: AbortSignal } => (signal ? { signal } : {});
