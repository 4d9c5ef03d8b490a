/**
 * Raw points into a collection: lines are put together to upserts as they are, several on their way at once.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import type { RawPoint } from './raw-points.ts';

export interface LoadInput {
  readonly physical: string;
  readonly shardKey: string | number | null;
  /** Most points of a request. */
  readonly batchSize: number;
  /** Requests on their way. */
  readonly parallel: number;
  readonly onLoaded: (points: number) => void;
}

/** Below the server's own limit of 32 MiB; a single larger point goes alone. */
const batchBytes = 4 * 1024 * 1024;

/** Every request is confirmed (`wait=true`) before this returns. */
export async function loadPoints(
  connection: Connection,
  input: LoadInput,
  pages: AsyncIterable<readonly RawPoint[]>,
  { signal }: RunOptions = {},
): Promise<void> {
  const { physical, shardKey, batchSize, parallel } = input;
  const tail = shardKey === null ? ']}' : `],"shard_key":${JSON.stringify(shardKey)}}`;
  const send = async (lines: readonly Buffer[]): Promise<number> => {
    signal?.throwIfAborted();
    const parts = lines.flatMap((line, index) => (index === 0 ? [line] : [comma, line]));
    const body = Buffer.concat([head, ...parts, Buffer.from(tail)]);
    const options = { query: { wait: true }, body, ...(signal && { signal }) };
    await connection.request('PUT', pointsPath(physical), options);
    return lines.length;
  };
  for await (const points of mapOrdered(batchesOf(pages, batchSize), send, { inFlight: parallel }))
    input.onLoaded(points);
}

const head = Buffer.from('{"points":[');
const comma = Buffer.from(',');

async function* batchesOf(
  pages: AsyncIterable<readonly RawPoint[]>,
  batchSize: number,
): AsyncGenerator<Buffer[], void, undefined> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for await (const page of pages)
    for (const { line } of page) {
      if (batch.length > 0 && (batch.length >= batchSize || bytes + line.length > batchBytes)) {
        yield batch;
        [batch, bytes] = [[], 0];
      }
      batch.push(line);
      bytes += line.length;
    }
  if (batch.length > 0) yield batch;
}
