/**
 * A point of the source as a point of the target: id, payload and kept vectors byte for byte, the new vectors beside them.
 */
import { eachField, endOfJson, endOfNumbers } from '../../../lib/json-bytes.ts';
import { parseJson } from '../../../lib/json.ts';
import type { SparseVector } from '../../lexical/lexical.ts';
import { vectorJson } from '../../vectors/encode-record.ts';
import type { IdToken } from '../point-order.ts';
import type { RawPoint } from '../raw-points.ts';
import type { Payload } from './text-rule.ts';

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

export const payloadOf = ({ payload }: PointParts): Payload => parseJson(payload) as Payload;

export interface NewVectors {
  readonly denseName: string;
  /** Null: the point has no text. */
  readonly dense: Float32Array | null;
  readonly sparseName: string | null;
  readonly sparse: SparseVector | null;
}

const head = Buffer.from('{"id":');
const payloadHead = Buffer.from(',"payload":');
const vectorHead = Buffer.from(',"vector":{');
const end = Buffer.from('}}');

/** What an upsert takes. Vectors that are not in `kept` are left behind. */
export function newLine(parts: PointParts, kept: readonly string[], made: NewVectors): RawPoint {
  const vectors: Buffer[] = [];
  const add = (name: string, bytes: Buffer) =>
    vectors.push(Buffer.from(`${vectors.length === 0 ? '' : ','}${JSON.stringify(name)}:`), bytes);
  for (const name of kept) {
    const bytes = parts.vectors.get(name);
    if (bytes) add(name, bytes);
  }
  if (made.dense) add(made.denseName, vectorJson(made.dense));
  if (made.sparse && made.sparseName !== null) add(made.sparseName, Buffer.from(JSON.stringify(made.sparse)));
  const line = Buffer.concat([head, Buffer.from(parts.id), payloadHead, parts.payload, vectorHead, ...vectors, end]);
  return { id: parts.id, line };
}

/** The part of a point that the target has from the source: what must be equal, byte for byte. */
export function keptLine({ id, payload, vectors }: PointParts, kept: readonly string[]): RawPoint {
  const named = kept.flatMap((name) => {
    const bytes = vectors.get(name);
    return bytes ? [Buffer.from(`,${JSON.stringify(name)}:`), bytes] : [];
  });
  return { id, line: Buffer.concat([head, Buffer.from(id), payloadHead, payload, ...named]) };
}
