/**
 * Delivers one batch: as it is, cut to the server's limits, or cut in halves until the points that the server refuses are
 * alone. Upserts by id may be repeated, so that a request whose answer was lost is simply sent again.
 */
import { isQdxError, type QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../connection/connection.ts';
import { pointsPath } from '../collection/points.ts';
import { type Batch, type PointSpan, sliceBatch } from './batch.ts';

/** What a batch may hold; lowered when the server says that it takes less. */
export interface BatchLimits {
  points: number;
  bytes: number;
}

export interface DeliveryInput {
  readonly connection: Connection;
  readonly physical: string;
  readonly limits: BatchLimits;
  readonly signal?: AbortSignal;
  readonly onRetry: (attempt: number, waitMs: number, reason: string) => void;
  readonly onReject: (point: PointSpan, reason: string) => void;
}

export interface Delivery {
  readonly accepted: number;
  /** The server's word on the last point that it refused. */
  readonly refusal?: QdxError;
}

/** @throws QdxError for whatever is no fault of single points. */
export async function deliver(batch: Batch, input: DeliveryInput): Promise<Delivery> {
  try {
    await upsert(batch, input);
    return { accepted: batch.points.length };
  } catch (error) {
    if (!isQdxError(error) || !blamesContent(error)) throw error;
    const [only] = batch.points;
    if (batch.points.length <= 1) {
      if (only) input.onReject(only, error.message);
      return { accepted: 0, refusal: error };
    }
    return deliverInParts(batch, partSize(batch, error, input.limits), input);
  }
}

async function upsert(batch: Batch, { connection, physical, signal, onRetry }: DeliveryInput): Promise<void> {
  await connection.request('PUT', pointsPath(physical), {
    query: { wait: true },
    body: batch.body,
    onRetry,
    ...(signal && { signal }),
  });
}

async function deliverInParts(batch: Batch, size: number, input: DeliveryInput): Promise<Delivery> {
  let accepted = 0;
  let refusal: QdxError | undefined;
  for (let start = 0; start < batch.points.length; start += size) {
    const part = await deliver(sliceBatch(batch, start, start + size), input);
    accepted += part.accepted;
    refusal = part.refusal ?? refusal;
  }
  return { accepted, ...(refusal && { refusal }) };
}

/** 400, 413 and 422 are answers to what was sent; everything else is the state of the server or the line. */
const blamesContent = (error: QdxError): boolean => [400, 413, 422].includes(Number(error.details?.['status']));

/** Points of a part: what the server says it takes, else half. A stated limit holds for later batches too. */
function partSize(batch: Batch, error: QdxError, limits: BatchLimits): number {
  const half = Math.ceil(batch.points.length / 2);
  const stated = /Limit exceeded (\d+) > (\d+)/u.exec(error.message);
  if (stated && Number(stated[1]) === batch.points.length) {
    limits.points = Math.max(1, Math.min(limits.points, Number(stated[2])));
    return Math.min(half, limits.points);
  }
  const bytes = /too large: \d+ bytes, the limit is (\d+)/u.exec(error.message);
  if (bytes) limits.bytes = Math.max(1024, Math.min(limits.bytes, Math.floor(Number(bytes[1]) * 0.9)));
  return half;
}
