/**
 * A batch: the finished body of one upsert, and where each point lies in it, so that it can be cut smaller without
 * encoding anything again.
 */
import type { VectorRecord } from '../../vectors/record.ts';
import type { PointId } from '../collection/points.ts';
import { type ByteWriter, createByteWriter, writeText } from './byte-writer.ts';
import { type PointLayout, writePoint } from './encode-point.ts';

export interface PointSpan {
  readonly id: PointId;
  /** Of the input, for rejects. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface Batch {
  /** `{"points":[…]}` */
  readonly body: Buffer;
  readonly points: readonly PointSpan[];
}

const head = '{"points":[';
const tail = ']}';

export interface BatchBuilder {
  readonly count: number;
  readonly sizeBytes: number;
  /** Size of the point in bytes. @throws RangeError for a payload that cannot be written; the batch stays as it was. */
  add(record: VectorRecord, line: number): number;
  /** Takes the last point out again. */
  dropLast(): void;
  has(id: PointId): boolean;
  /** Hands the batch over and starts the next one in a new buffer. */
  finish(): Batch;
}

export function createBatchBuilder(layout: PointLayout): BatchBuilder {
  // Batches of one upload are alike: the next buffer is as large as the last one had to be.
  let typicalBytes = 1 << 16;
  let writer = createByteWriter(typicalBytes);
  let points: PointSpan[] = [];
  const ids = new Set<PointId>();
  const restart = (): void => {
    writer = createByteWriter(typicalBytes);
    writeText(writer, head);
    points = [];
    ids.clear();
  };
  restart();
  return {
    get count() {
      return points.length;
    },
    get sizeBytes() {
      return writer.length;
    },
    add(record, line) {
      if (points.length > 0) writeText(writer, ',');
      const start = writer.length;
      try {
        writePoint(writer, record, layout);
      } catch (error) {
        writer.length = points.at(-1)?.end ?? head.length;
        throw error;
      }
      points.push({ id: record.id, line, start, end: writer.length });
      ids.add(record.id);
      return writer.length - start;
    },
    dropLast() {
      const last = points.pop();
      if (last && !points.some(({ id }) => id === last.id)) ids.delete(last.id);
      writer.length = points.at(-1)?.end ?? head.length;
    },
    has: (id) => ids.has(id),
    finish() {
      const batch = { body: closed(writer), points };
      typicalBytes = Math.max(typicalBytes, Math.ceil(batch.body.length * 1.1));
      restart();
      return batch;
    },
  };
}

function closed(writer: ByteWriter): Buffer {
  writeText(writer, tail);
  return writer.buffer.subarray(0, writer.length);
}

/** The points from `from` to before `to` as a batch of their own. */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  const points = batch.points.slice(from, to);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return { body: Buffer.from(head + tail), points: [] };
  const body = Buffer.concat([Buffer.from(head), batch.body.subarray(first.start, last.end), Buffer.from(tail)]);
  const shift = head.length - first.start;
  return {
    body,
    points: points.map(({ id, line, start, end }) => ({ id, line, start: start + shift, end: end + shift })),
  };
}
