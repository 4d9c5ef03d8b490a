/**
 * The bytes of one line -> VectorRecord, checked.
 */
import { parsePointId } from '../corpus/ids.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { canonicalUuid } from '../../lib/uuid.ts';
import type { SparseVector } from '../lexical/lexical.ts';
import { vectorOfBytes } from './encode-record.ts';
import { parseFloat32Array, skipSpace } from './format-number.ts';
import { assertPacked } from './packed-tokens.ts';
import type { VectorRecord } from './record.ts';

export interface ParseOptions {
  /** `vectors`: every record carries one; `chunks`: text instead. */
  readonly kind: 'chunks' | 'vectors';
  /** Length that every vector must have; absent: any. */
  readonly dimension?: number;
  /** Make a UUIDv5 of ids that are neither u64 nor UUID. */
  readonly hashIds?: boolean;
}

export interface ParsedRecord extends VectorRecord {
  /** Keys that stand twice in one object of the line, of which the last was taken; absent: none. */
  readonly doubledKeys?: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

// Writers put the vector right behind the id; such lines are read without making 768 JavaScript numbers on the way.
const vectorBehindId =
  /^\{[ \t]*"id"[ \t]*:[ \t]*(?:\d{1,20}|"[0-9A-Za-z{}:-]{1,80}")[ \t]*,[ \t]*"vector"[ \t]*:[ \t]*\[/;
const longestPrefixBytes = 160;

/**
 * @throws RangeError with the reason, without file or line: the caller knows them.
 */
export function parseRecord(line: Buffer, options: ParseOptions): ParsedRecord {
  const { fields, vector, doubledKeys } = splitVector(line, options.dimension);
  const id = fields['id'];
  if (typeof id !== 'string' && typeof id !== 'number' && typeof id !== 'bigint')
    throw new RangeError('it has no "id"');
  const payload = fields['payload'] ?? {};
  if (!isObject(payload)) throw new RangeError('"payload" is no object');
  const parts: Fields[] = [idAndPayload(id, payload, options.hashIds === true)];
  if (options.kind === 'vectors')
    parts.push({ vector: checkedVector(vector ?? vectorField(fields), options.dimension) });
  else if (typeof fields['text'] === 'string') parts.push({ text: fields['text'] });
  else throw new RangeError('it has no "text", which every record of a chunks file has');
  if (fields['vectors'] !== undefined) parts.push({ vectors: namedVectors(fields['vectors']) });
  if (fields['tokenVectors'] !== undefined)
    parts.push({ tokenVectors: assertPacked(fields['tokenVectors'], options.dimension) });
  if (doubledKeys.length > 0) parts.push({ doubledKeys });
  return Object.assign({}, ...parts) as ParsedRecord;
}

interface SplitRecord {
  readonly fields: Fields;
  readonly doubledKeys: readonly string[];
  readonly vector?: Float32Array;
}

function splitVector(line: Buffer, dimension: number | undefined): SplitRecord {
  const start = vectorBehindId.exec(line.toString('latin1', 0, longestPrefixBytes))?.[0].length;
  if (start === undefined) return parseFields(line);
  const { values, end } = parseFloat32Array(line, start - 1, dimension);
  // What is left is an object again once the vector between its two commas is cut out.
  const head = line.subarray(0, line.lastIndexOf(0x2c, start - 1));
  const rest = parseFields(Buffer.concat([head, line.subarray(skipSpace(line, end))]));
  if (!('vector' in rest.fields)) return { ...rest, vector: values };
  // As everywhere in JSON the last one counts.
  return { fields: rest.fields, doubledKeys: [...new Set([...rest.doubledKeys, 'vector'])] };
}

/** @throws RangeError for what is no JSON object, no UTF-8, or nested too deep. */
function parseFields(bytes: Buffer): Pick<SplitRecord, 'fields' | 'doubledKeys'> {
  const { value, duplicateKeys } = parseStrictJson(bytes);
  if (!isObject(value)) throw new RangeError('it is no JSON object');
  return { fields: value, doubledKeys: duplicateKeys };
}

/** An id that had to be derived keeps the original one in the payload. */
function idAndPayload(id: string | number | bigint, payload: Fields, hash: boolean): Fields {
  const pointId = parsePointId(id, { hash });
  const isDerived = typeof pointId === 'string' && (typeof id !== 'string' || canonicalUuid(id) === undefined);
  return {
    id: pointId,
    payload: isDerived && !('source_id' in payload) ? { ...payload, source_id: String(id) } : payload,
  };
}

function vectorField(fields: Fields): Float32Array {
  const { vector, vectorB64 } = fields as { vector?: unknown; vectorB64?: unknown };
  if (typeof vectorB64 === 'string') return decodeBase64(vectorB64);
  if (!Array.isArray(vector)) throw new RangeError('it has no "vector" and no "vectorB64"');
  return Float32Array.from(vector as unknown[], (value) => (typeof value === 'number' ? value : Number.NaN));
}

function decodeBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  // Buffer.from skips what is no base64 and stops at the first `=`; a whole text has exactly this length.
  if (Math.ceil(bytes.length / 3) * 4 !== text.length || bytes.length % 4 !== 0)
    throw new RangeError('"vectorB64" is no base64 of little-endian float32 numbers');
  return vectorOfBytes(bytes);
}

function checkedVector(vector: Float32Array, dimension: number | undefined): Float32Array {
  if (vector.length === 0) throw new RangeError('its vector is empty');
  if (dimension !== undefined && vector.length !== dimension)
    throw new RangeError(`its vector has ${vector.length} dimensions where the model gives ${dimension}`);
  const bad = vector.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`component ${bad} of the vector is no finite float32`);
  return vector;
}

function namedVectors(value: unknown): Readonly<Record<string, SparseVector>> {
  if (!isObject(value)) throw new RangeError('"vectors" is no object');
  for (const [name, vector] of Object.entries(value))
    if (!isSparse(vector)) throw new RangeError(`vector "${name}" is not {"indices":[…],"values":[…]} of equal length`);
  return value as Readonly<Record<string, SparseVector>>;
}

function isSparse(value: unknown): value is SparseVector {
  if (!isObject(value)) return false;
  const { indices, values } = value as { indices?: unknown; values?: unknown };
  return (
    Array.isArray(indices) &&
    Array.isArray(values) &&
    indices.length === values.length &&
    indices.every((index) => Number.isInteger(index) && index >= 0 && index <= 0xff_ff_ff_ff) &&
    values.every((weight) => Number.isFinite(weight))
  );
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
