/**
 * The little of protobuf's wire format that a look into an ONNX file needs: fields of a message, large ones not read.
 */
import type { FileHandle } from 'node:fs/promises';

/** Part of a file that holds one message. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Field extends Span {
  readonly number: number;
  /** Varint fields only. */
  readonly value: bigint | null;
}

/** A window on a file: small reads come from it, so that a walk over thousands of fields stays a handful of reads. */
export interface WindowedFile {
  byteAt(position: number): Promise<number>;
  bytes(span: Span): Promise<Buffer>;
}

const windowBytes = 1 << 16;

export function openWindow(file: FileHandle, sizeBytes: number): WindowedFile {
  let window: Buffer = Buffer.alloc(0);
  let windowStart = 0;
  const read = async (start: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(Math.min(length, sizeBytes - start));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return buffer.subarray(0, bytesRead);
  };
  return {
    byteAt: async (position) => {
      if (position < windowStart || position >= windowStart + window.length) {
        window = await read(position, windowBytes);
        windowStart = position;
      }
      const byte = window[position - windowStart];
      if (byte === undefined) throw new ProtobufError('it ends in the middle of a field');
      return byte;
    },
    bytes: ({ start, end }) => read(start, end - start),
  };
}

/** The bytes are no protobuf message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** Fields of the message in a span, in order; contents are not read. */
export async function* fieldsOf(file: WindowedFile, { start, end }: Span): AsyncGenerator<Field> {
  let position = start;
  while (position < end) {
    const key = await readVarint(file, position);
    const field = await readField(file, key, end);
    yield field;
    position = field.end;
  }
}

interface Varint {
  readonly value: bigint;
  /** Position after it. */
  readonly next: number;
}

async function readField(file: WindowedFile, key: Varint, end: number): Promise<Field> {
  const number = Number(key.value >> 3n);
  const wireType = Number(key.value & 7n);
  if (wireType === 0) {
    const { value, next } = await readVarint(file, key.next);
    return { number, value, start: key.next, end: next };
  }
  const span = await spanOf(file, wireType, key.next);
  if (span.end > end) throw new ProtobufError('a field is longer than what holds it');
  return { number, value: null, ...span };
}

async function spanOf(file: WindowedFile, wireType: number, position: number): Promise<Span> {
  if (wireType === 1) return { start: position, end: position + 8 };
  if (wireType === 5) return { start: position, end: position + 4 };
  if (wireType !== 2) throw new ProtobufError(`it has a field of wire type ${wireType}`);
  const { value, next } = await readVarint(file, position);
  return { start: next, end: next + Number(value) };
}

async function readVarint(file: WindowedFile, position: number): Promise<Varint> {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    const byte = await file.byteAt(position + index);
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value, next: position + index + 1 };
  }
  throw new ProtobufError('it has a number longer than 64 bits');
}
