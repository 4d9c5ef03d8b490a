/**
 * The parts of a point as the server printed it: id, payload, and each vector by its name.
 */
import { eachField, endOfJson, endOfNumbers } from '../../../lib/json-bytes.ts';
import type { IdToken } from './point-order.ts';
import type { RawPoint } from './raw-points.ts';

/** The parts of a point's line. */
export interface PointParts {
  readonly id: IdToken;
  readonly payload: Buffer;
  /** Bytes by name, in the order of the names. */
  readonly vectors: ReadonlyMap<string, Buffer>;
}

export function partsOf({ id, line }: RawPoint): PointParts {
  let payload: Buffer = Buffer.from('{}');
  const vectors = new Map<string, Buffer>();
  eachField(line, 0, (key, at) => {
    if (key !== 'vector') {
      const end = endOfJson(line, at);
      if (key === 'payload') payload = line.subarray(at, end);
      return end;
    }
    if (line[at] !== 0x7b) {
      const end = endOfNumbers(line, at);
      vectors.set('', line.subarray(at, end));
      return end;
    }
    return eachField(line, at, (name, start) => {
      const end = endOfNumbers(line, start);
      vectors.set(name, line.subarray(start, end));
      return end;
    });
  });
  return { id, payload, vectors };
}
