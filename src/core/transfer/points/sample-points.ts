/**
 * Random points of a collection.
 */
import { isQdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';

/** Without payloads. Strict mode may allow fewer than `limit`: then as many as it allows. */
export async function samplePoints<T>(
  connection: Connection,
  physical: string,
  body: Readonly<Record<string, unknown>> & { readonly limit: number },
  run: RunOptions,
): Promise<T[]> {
  try {
    const { points } = await connection.request<{ points: T[] }>('POST', pointsPath(physical, '/query'), {
      body: { with_payload: false, ...body, query: { sample: 'random' } },
      ...(run.signal && { signal: run.signal }),
    });
    return points;
  } catch (error) {
    const stated = isQdxError(error) ? /Limit exceeded \d+ > (\d+) for "limit"/u.exec(error.message)?.[1] : undefined;
    if (stated === undefined || Number(stated) >= body.limit) throw error;
    return samplePoints(connection, physical, { ...body, limit: Math.max(1, Number(stated)) }, run);
  }
}
