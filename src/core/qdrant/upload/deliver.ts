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
  /** Whether a point of this upload was taken already: then a refusal is no matter of the request as such. */
  readonly isProven: () => boolean;
}

export interface Delivery {
  readonly accepted: number;
  /** The server's word on the last point that it refused. */
  readonly refusal?: QdxError;
}

/** @throws QdxError for whatever is no fault of single points. */
export async function deliver(batch: Batch, input: DeliveryInput): Promise<Delivery> {
  const refusal = await tryUpsert(batch, input);
  if (!refusal) return { accepted: batch.points.length };
  if (!input.isProven() && !isLimit(refusal)) await assertPointsAreTaken(batch, input);
  return afterRefusal(batch, refusal, input);
}

async function deliverPart(batch: Batch, input: DeliveryInput): Promise<Delivery> {
  const refusal = await tryUpsert(batch, input);
  return refusal ? afterRefusal(batch, refusal, input) : { accepted: batch.points.length };
}

async function afterRefusal(batch: Batch, refusal: QdxError, input: DeliveryInput): Promise<Delivery> {
  const [only] = batch.points;
  if (batch.points.length > 1) return deliverInParts(batch, partSize(batch, refusal, input.limits), input);
  if (only) input.onReject(only, isTooLarge(refusal) ? tooLargeAlone(batch, refusal) : refusal.message);
  return { accepted: 0, refusal };
}

/**
 * What is wrong with the request as such (the name of a vector, a strict mode) is found out with three single points, not by
 * cutting a batch of 256 into 511 requests. They are sent again with their batch.
 */
async function assertPointsAreTaken(batch: Batch, input: DeliveryInput): Promise<void> {
  const last = batch.points.length - 1;
  if (last < 3) return;
  let refusal: QdxError | undefined;
  for (const at of [0, Math.floor(last / 2), last]) {
    refusal = await tryUpsert(sliceBatch(batch, at, at + 1), input);
    if (!refusal) return;
  }
  if (refusal) throw refusal;
}

/** The server's word where it refuses what was sent. @throws QdxError for everything else. */
async function tryUpsert(batch: Batch, input: DeliveryInput): Promise<QdxError | undefined> {
  try {
    await upsert(batch, input);
    return undefined;
  } catch (error) {
    if (!isQdxError(error) || !blamesContent(error)) throw error;
    return error;
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
    const part = await deliverPart(sliceBatch(batch, start, start + size), input);
    accepted += part.accepted;
    refusal = part.refusal ?? refusal;
  }
  return { accepted, ...(refusal && { refusal }) };
}

/** 400, 413 and 422 are answers to what was sent; everything else is the state of the server or the line. */
const blamesContent = (error: QdxError): boolean => [400, 413, 422].includes(Number(error.details?.['status']));

const isTooLarge = ({ message, details }: QdxError): boolean => details?.['status'] === 413 || limitBytes.test(message);

const isLimit = (error: QdxError): boolean => isTooLarge(error) || limitPoints.test(error.message);

function tooLargeAlone({ body }: Batch, { message }: QdxError): string {
  const limit = limitBytes.exec(message)?.[1];
  return `this point alone is too large for the server: ${body.length} bytes${limit ? `, the limit is ${limit}` : ''}`;
}

const limitPoints = /Limit exceeded (\d+) > (\d+)/u;
const limitBytes = /too large: \d+ bytes, the limit is (\d+)/u;

/** Points of a part: what the server says it takes, else half. A stated limit holds for later batches too. */
function partSize(batch: Batch, error: QdxError, limits: BatchLimits): number {
  const half = Math.ceil(batch.points.length / 2);
  const stated = limitPoints.exec(error.message);
  if (stated && Number(stated[1]) === batch.points.length) {
    limits.points = Math.max(1, Math.min(limits.points, Number(stated[2])));
    return Math.min(half, limits.points);
  }
  const bytes = limitBytes.exec(error.message);
  if (bytes) limits.bytes = Math.max(1024, Math.min(limits.bytes, Math.floor(Number(bytes[1]) * 0.9)));
  return half;
}
