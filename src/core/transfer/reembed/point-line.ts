/**
 * A point of the source as a point of the target: id, payload and kept vectors byte for byte, the new vectors beside them.
 */
import { jsonFields } from '../../../lib/json-bytes.ts';
import { parseJson } from '../../../lib/json.ts';
import type { SparseVector } from '../../lexical/lexical.ts';
import { vectorJson } from '../../vectors/encode-record.ts';
import type { PointParts } from '../points/point-parts.ts';
import type { RawPoint } from '../points/raw-points.ts';
import type { Payload } from './text-rule.ts';

export const payloadOf = ({ payload }: PointParts): Payload => parseJson(payload) as Payload;

export interface NewVectors {
  readonly denseName: string;
  /** Null: the point has no text. */
  readonly dense: Float32Array | null;
  readonly sparseName: string | null;
  readonly sparse: SparseVector | null;
  /** JSON by payload key: token vectors. */
  readonly modelFields: ReadonlyMap<string, string>;
}

const head = Buffer.from('{"id":');
const payloadHead = Buffer.from(',"payload":');
const vectorHead = Buffer.from(',"vector":{');
const end = Buffer.from('}}');

/** What an upsert takes. Vectors and payload keys that are of the old model are left behind. */
export function newLine(parts: PointParts, kept: KeptParts, made: NewVectors): RawPoint {
  const vectors: Buffer[] = [];
  const add = (name: string, bytes: Buffer) =>
    vectors.push(Buffer.from(`${vectors.length === 0 ? '' : ','}${JSON.stringify(name)}:`), bytes);
  for (const name of kept.vectors) {
    const bytes = parts.vectors.get(name);
    if (bytes) add(name, bytes);
  }
  if (made.dense) add(made.denseName, vectorJson(made.dense));
  if (made.sparse && made.sparseName !== null) add(made.sparseName, Buffer.from(JSON.stringify(made.sparse)));
  const payload = exchangedPayload(parts.payload, kept.modelKeys, made.modelFields);
  const line = Buffer.concat([head, Buffer.from(parts.id), payloadHead, payload, vectorHead, ...vectors, end]);
  return { id: parts.id, line };
}

/** What of a point goes over as it is: all vectors of `vectors`, and the payload without `modelKeys`. */
export interface KeptParts {
  readonly vectors: readonly string[];
  /** Payload keys that hold what a model made: token vectors, of the old model or the new one. */
  readonly modelKeys: readonly string[];
}

/** That part of a point: equal in source and target, byte for byte. */
export function keptLine({ id, payload, vectors }: PointParts, kept: KeptParts): RawPoint {
  const named = kept.vectors.flatMap((name) => {
    const bytes = vectors.get(name);
    return bytes ? [Buffer.from(`,${JSON.stringify(name)}:`), bytes] : [];
  });
  const rest = withoutKeys(payload, kept.modelKeys);
  return { id, line: Buffer.concat([head, Buffer.from(id), payloadHead, rest, ...named]) };
}

/** The payload without these keys, and with what the new model made under its own. */
function exchangedPayload(payload: Buffer, modelKeys: readonly string[], made: ReadonlyMap<string, string>): Buffer {
  if (modelKeys.length === 0 && made.size === 0) return payload;
  return joinedFields([
    ...fieldsWithout(payload, modelKeys),
    ...[...made].map(([key, value]) => [key, Buffer.from(value)] as const),
  ]);
}

const withoutKeys = (payload: Buffer, keys: readonly string[]): Buffer =>
  keys.length === 0 ? payload : joinedFields(fieldsWithout(payload, keys));

const fieldsWithout = (payload: Buffer, keys: readonly string[]) =>
  [...jsonFields(payload)].filter(([key]) => !keys.includes(key));

/** As the server prints an object: no spaces, values as they are. */
function joinedFields(fields: readonly (readonly [string, Buffer])[]): Buffer {
  const pieces = fields.flatMap(([key, value], index) => [
    Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(key)}:`),
    value,
  ]);
  return Buffer.concat([Buffer.from('{'), ...pieces, Buffer.from('}')]);
}
