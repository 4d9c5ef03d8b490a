/**
 * Disk: what the new collection and the backup will take, and what there is. The server's own disk cannot be asked for over
 * REST; the folder of the backup can.
 */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { formatBytes } from '../../../lib/quantities.ts';
import { bytesPerFloat, bytesPerLink, planningFactor } from '../../qdrant/stats/memory-estimate.ts';
import type { Side } from '../points/side.ts';
import { createPageSize, scanRange } from '../points/scan-range.ts';
import { partsOf } from '../points/point-parts.ts';

export interface PointSizes {
  /** That were read for these figures. */
  readonly points: number;
  /** Bytes of a point as JSON with all its vectors: what a backup holds. */
  readonly line: number;
  readonly payload: number;
  /** As float32; of the vectors that are kept. */
  readonly keptVectors: number;
}

const sampledPoints = 200;
/** Digits of a float32 in JSON with its comma, measured. */
const jsonBytesPerNumber = 11;

/** Averages over the first few points. */
export async function measureSizes(
  { connection, physical }: Side,
  shardKey: string | number | null,
  kept: readonly string[],
  run: RunOptions,
): Promise<PointSizes> {
  const range = { from: null, to: null, shardKey };
  let [points, line, payload, vectors] = [0, 0, 0, 0];
  for await (const page of scanRange(connection, { physical, range, pageSize: createPageSize() }, run)) {
    for (const point of page) {
      const parts = partsOf(point);
      points++;
      line += point.line.length;
      payload += parts.payload.length;
      for (const name of kept) vectors += parts.vectors.get(name)?.length ?? 0;
    }
    if (points >= sampledPoints) break;
  }
  const average = (sum: number): number => (points === 0 ? 0 : sum / points);
  return {
    points,
    line: average(line),
    payload: average(payload),
    keptVectors: bytesOfNumbers(average(vectors)),
  };
}

/** What numbers take on the server that take so many bytes as JSON. */
export const bytesOfNumbers = (jsonBytes: number): number => (jsonBytes / jsonBytesPerNumber) * bytesPerFloat;

export interface StagingSize {
  readonly points: number;
  readonly dimension: number;
  /** Links of a node of the graph. */
  readonly m: number;
  readonly hasTerms: boolean;
  /** Rows of sign bits that an average point gets; absent: none besides what its payload has. */
  readonly tokenRows?: number;
  readonly sizes: PointSizes;
}

/** About 60 different terms of a chunk, an index and a weight each. */
const termsBytes = 480;

export function stagingBytes({ points, dimension, m, hasTerms, tokenRows = 0, sizes }: StagingSize): number {
  const vectors = dimension * bytesPerFloat + sizes.keptVectors + (hasTerms ? termsBytes : 0);
  const graph = 2 * m * bytesPerLink;
  // Base64 of a bit for each dimension.
  const tokens = (tokenRows * Math.ceil(dimension / 8) * 4) / 3;
  return Math.ceil(points * (vectors + graph + sizes.payload + tokens) * planningFactor);
}

/** Bytes that an unprivileged user can still write there. Null where the file system does not say. */
export async function freeBytes(folder: string): Promise<number | null> {
  const found = await statfs(folder).catch(() => null);
  if (found) return found.bavail * found.bsize;
  return dirname(folder) === folder ? null : freeBytes(dirname(folder));
}

/** @throws QdxError `failed` before anything is made, naming what is needed and what there is (F6). */
export async function assertRoom(folder: string, neededBytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free === null || free >= neededBytes) return;
  throw new QdxError(
    'failed',
    `the backup needs about ${formatBytes(neededBytes)}, and ${folder} has ${formatBytes(free)} left`,
    { hint: 'free some space there, or name another folder with --backup-to; --no-backup goes without' },
  );
}
