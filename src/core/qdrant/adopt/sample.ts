/**
 * A random sample of stored points that have both text and vector.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../connection/connection.ts';
import type { ParitySample } from '../collection/parity.ts';
import { keyOf, type PayloadKeys } from '../collection/payload-keys.ts';
import { type PointId, pointsPath } from '../collection/points.ts';

export interface SampleInput {
  readonly physical: string;
  readonly display: string;
  readonly vectorName: string;
  readonly payloadKeys: PayloadKeys;
  readonly sampleSize: number;
}

interface SampledPoint {
  readonly id: PointId;
  readonly payload?: Readonly<Record<string, unknown>> | null;
  readonly vector?: readonly number[] | Readonly<Record<string, readonly number[]>>;
}

/** @throws QdxError `refused` for an empty collection, and for one without text under that key, naming the keys there are. */
export async function samplePoints(
  connection: Connection,
  input: SampleInput,
  { signal }: RunOptions = {},
): Promise<ParitySample[]> {
  const { physical, vectorName, sampleSize, payloadKeys } = input;
  const { points } = await connection.request<{ points: SampledPoint[] }>('POST', pointsPath(physical, '/query'), {
    body: {
      query: { sample: 'random' },
      limit: sampleSize,
      with_payload: true,
      with_vector: vectorName === '' ? true : [vectorName],
    },
    ...(signal && { signal }),
  });
  const textKey = keyOf('content', payloadKeys);
  const samples = points.flatMap((point) => toSample(point, textKey, vectorName));
  if (samples.length > 0) return samples;
  throw points.length === 0
    ? new QdxError('refused', `collection ${input.display} is empty: there is nothing to check`, {
        hint: 'upload to it; an empty collection that fits gets its card then',
      })
    : withoutText(input.display, textKey, points);
}

function toSample({ id, payload, vector }: SampledPoint, textKey: string, vectorName: string): ParitySample[] {
  const text = payload?.[textKey];
  const numbers = Array.isArray(vector)
    ? vector
    : (vector as Record<string, readonly number[]> | undefined)?.[vectorName];
  return typeof text === 'string' && text !== '' && Array.isArray(numbers)
    ? [{ id: String(id), text, vector: numbers as readonly number[] }]
    : [];
}

function withoutText(display: string, textKey: string, points: readonly SampledPoint[]): QdxError {
  const texts = new Set<string>();
  for (const { payload } of points)
    for (const [key, value] of Object.entries(payload ?? {})) if (typeof value === 'string') texts.add(key);
  const known = [...texts].toSorted();
  return new QdxError('refused', `no point of ${display} has text under the payload key "${textKey}"`, {
    hint:
      known.length > 0
        ? `name the key of the embedded text with --text-field; there are: ${known.join(', ')}`
        : 'its payloads hold no text at all, so nobody can tell what was embedded',
    details: { looked: textKey, keys: known },
  });
}
