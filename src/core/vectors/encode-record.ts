/**
 * VectorRecord -> the bytes of one line. Vectors are written by hand: five times as fast as JSON.stringify, half the size.
 */
import { stringifyJson } from '../../lib/json.ts';
import { longestNumberBytes, writeFloat32 } from './format-number.ts';
import type { VectorRecord } from './record.ts';

/** `numbers`: readable anywhere; `base64`: little-endian float32, half the size and a tenth of the time. */
export type VectorFormat = 'numbers' | 'base64';

/** Makes an encoder that reuses one buffer: a line is valid until the next one is made. */
export function createRecordEncoder(format: VectorFormat): (record: VectorRecord) => Buffer {
  let buffer = Buffer.alloc(64 * 1024);
  return (record) => {
    const { head, tail } = linePartsOf(record);
    const vector = record.vector;
    const needed = (head.length + tail.length) * 3 + (vector?.length ?? 0) * (longestNumberBytes + 1) + 64;
    if (needed > buffer.length) buffer = Buffer.alloc(needed * 2);
    let end = buffer.write(head, 0, 'utf8');
    if (vector) end = format === 'numbers' ? writeNumbers(vector, buffer, end) : writeBase64(vector, buffer, end);
    end += buffer.write(tail, end, 'utf8');
    return buffer.subarray(0, end);
  };
}

/** The line around its vector; the vector comes right behind the id, where readers find it without parsing the rest. */
function linePartsOf(record: VectorRecord): { readonly head: string; readonly tail: string } {
  const { id, vector: _vector, ...rest } = record;
  const body = stringifyJson(rest);
  return {
    head: `{"id":${typeof id === 'string' ? JSON.stringify(id) : String(id)}`,
    tail: body === '{}' ? '}\n' : `,${body.slice(1)}\n`,
  };
}

/** JSON list of a vector, in a buffer of its own. */
export function vectorJson(vector: Float32Array): Buffer {
  const target = Buffer.alloc(vector.length * (longestNumberBytes + 1) + 2);
  return target.subarray(0, writeList(vector, target, 0));
}

const writeNumbers = (vector: Float32Array, target: Buffer, offset: number): number =>
  writeList(vector, target, offset + target.write(',"vector":', offset, 'latin1'));

function writeList(vector: Float32Array, target: Buffer, offset: number): number {
  let end = offset;
  target[end++] = 0x5b;
  for (let index = 0; index < vector.length; index++) {
    if (index > 0) target[end++] = 0x2c;
    end = writeFloat32(vector[index] ?? 0, target, end);
  }
  target[end++] = 0x5d;
  return end;
}

function writeBase64(vector: Float32Array, target: Buffer, offset: number): number {
  return offset + target.write(`,"vectorB64":"${littleEndianBytes(vector).toString('base64')}"`, offset, 'latin1');
}

/** Little-endian bytes of a vector, whatever the machine. */
export function littleEndianBytes(vector: Float32Array): Buffer {
  if (isLittleEndian) return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  const bytes = Buffer.alloc(vector.byteLength);
  for (let index = 0; index < vector.length; index++) bytes.writeFloatLE(vector[index] ?? 0, index * 4);
  return bytes;
}

/** The vector of little-endian bytes, copied. */
export function vectorOfBytes(bytes: Uint8Array): Float32Array {
  const vector = new Float32Array(bytes.byteLength / 4);
  if (isLittleEndian) {
    new Uint8Array(vector.buffer).set(bytes);
    return vector;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < vector.length; index++) vector[index] = view.getFloat32(index * 4, true);
  return vector;
}

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
