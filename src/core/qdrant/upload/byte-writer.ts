/**
 * JSON written straight into bytes: strings and numbers of a batch never become one large JavaScript string.
 */
import { writeFloat32, longestNumberBytes } from '../../vectors/format-number.ts';

export interface ByteWriter {
  buffer: Buffer;
  length: number;
}

export const createByteWriter = (sizeBytes: number): ByteWriter => ({
  buffer: Buffer.allocUnsafeSlow(sizeBytes),
  length: 0,
});

export function writeText(writer: ByteWriter, text: string): void {
  // No UTF-16 unit takes more than three bytes in UTF-8.
  reserve(writer, text.length * 3);
  writer.length += writer.buffer.write(text, writer.length);
}

/**
 * A JSON array of float32 numbers.
 * `exact`: every number reads back to the same bits. Otherwise numbers below 1 are rounded to 8 decimals (an error of at
 * most 5e-9, below what normalising on the server changes), which is a third faster to write and to read.
 */
export function writeVector(writer: ByteWriter, vector: Float32Array, exact: boolean): void {
  reserve(writer, vector.length * longestNumberBytes + 2);
  const { buffer } = writer;
  let end = writer.length;
  buffer[end++] = 0x5b;
  for (let index = 0; index < vector.length; index++) {
    if (index > 0) buffer[end++] = 0x2c;
    const value = vector[index] ?? 0;
    end = exact || value >= 1 || value <= -1 ? writeFloat32(value, buffer, end) : writeOnGrid(value, buffer, end);
  }
  buffer[end++] = 0x5d;
  writer.length = end;
}

const pointEight = 0x30;

/** `-0.01234568`: sign, zero, point and eight digits, by two look-ups of four digits. */
function writeOnGrid(value: number, target: Buffer, offset: number): number {
  const digits = Math.round(Math.abs(value) * 1e8);
  let end = offset;
  if (digits === 0) {
    target[end] = pointEight;
    return end + 1;
  }
  if (value < 0) target[end++] = 0x2d;
  if (digits === 100_000_000) {
    target[end] = 0x31;
    return end + 1;
  }
  target[end++] = 0x30;
  target[end++] = 0x2e;
  const high = (digits / 10_000) | 0;
  end = writeFourDigits(high, target, end);
  return writeFourDigits(digits - high * 10_000, target, end);
}

function writeFourDigits(value: number, target: Buffer, offset: number): number {
  const at = value * 4;
  target[offset] = fourDigits[at] ?? 0;
  target[offset + 1] = fourDigits[at + 1] ?? 0;
  target[offset + 2] = fourDigits[at + 2] ?? 0;
  target[offset + 3] = fourDigits[at + 3] ?? 0;
  return offset + 4;
}

/** `0000` to `9999`. */
const fourDigits = Uint8Array.from({ length: 40_000 }, (_, index) => {
  const power = [1000, 100, 10, 1][index % 4] ?? 1;
  return 0x30 + (Math.floor(Math.floor(index / 4) / power) % 10);
});

function reserve(writer: ByteWriter, bytes: number): void {
  const needed = writer.length + bytes;
  if (needed <= writer.buffer.length) return;
  const grown = Buffer.allocUnsafeSlow(Math.max(needed, writer.buffer.length * 2));
  writer.buffer.copy(grown, 0, 0, writer.length);
  writer.buffer = grown;
}
