/**
 * float32 <-> decimal text, exactly: the shortest of 8 or 9 significant digits that reads back to the same bits.
 *
 * Nine significant digits always identify a float32 (IEEE 754: ceil(1 + 24 * log10(2)) = 9); eight mostly do. Bytes are
 * written into a buffer because `JSON.stringify` of doubles takes five times as long and twice the space.
 */

/** No float32 takes more bytes: `-1.23456789e-38,` and some air. */
export const longestNumberBytes = 24;

// Exact as doubles up to 10^22.
const powersOfTen = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const powerOfTen = (exponent: number): number => powersOfTen[exponent] ?? 10 ** exponent;

/**
 * Writes the number and returns the offset behind it. `value` must be finite and a float32.
 */
export function writeFloat32(value: number, target: Buffer, offset: number): number {
  if (value === 0) return target.write(Object.is(value, -0) ? '-0' : '0', offset, 'latin1') + offset;
  let size = value;
  let end = offset;
  if (value < 0) {
    size = -value;
    target[end++] = 0x2d;
  }
  // Components of a normalised vector, nearly always.
  if (size < 1 && size >= 1e-5) return writeFraction(size, target, end);
  return target.write(String(Number(size.toPrecision(9))), end, 'latin1') + end;
}

/** `0.0123` for 1e-5 <= size < 1. */
function writeFraction(size: number, target: Buffer, offset: number): number {
  // Decimals that give eight significant digits.
  let decimals = size >= 0.1 ? 8 : size >= 0.01 ? 9 : size >= 0.001 ? 10 : size >= 0.0001 ? 11 : 12;
  let scale = powerOfTen(decimals);
  let digits = Math.round(size * scale);
  if (Math.fround(digits / scale) !== size) {
    scale = powerOfTen(++decimals);
    digits = Math.round(size * scale);
  }
  // Rounded up to one: the only way to more than nine digits.
  if (digits >= scale) return target.write('1', offset, 'latin1') + offset;
  while (digits % 10 === 0) {
    digits = digits / 10;
    decimals--;
  }
  target[offset] = 0x30;
  target[offset + 1] = 0x2e;
  const end = offset + 2 + decimals;
  for (let index = end - 1; index >= offset + 2; index--) {
    // Below 2^31, so that integer arithmetic does.
    const tens = (digits / 10) | 0;
    target[index] = 0x30 + (digits - tens * 10);
    digits = tens;
  }
  return end;
}

export interface ParsedNumbers {
  readonly values: Float32Array;
  /** Offset behind the closing bracket. */
  readonly end: number;
}

/**
 * Reads a JSON array of numbers that starts at `offset` (its opening bracket).
 * @param expectedLength saves growing; any length is read.
 * @throws RangeError with the reason, for what is no array of finite float32 numbers.
 */
export function parseFloat32Array(source: Buffer, offset: number, expectedLength = 384): ParsedNumbers {
  let values = new Float32Array(Math.max(1, expectedLength));
  let count = 0;
  let position = skipSpace(source, offset + 1);
  if (source[position] === 0x5d) return { values: new Float32Array(0), end: position + 1 };
  for (;;) {
    const end = numberEnd(source, position);
    if (end === position) throw new RangeError(`component ${count} of the vector is no number`);
    const value = parseNumber(source, position, end);
    if (count === values.length) values = grown(values);
    values[count] = value;
    if (!Number.isFinite(values[count])) throw new RangeError(`component ${count} of the vector is no finite float32`);
    count++;
    position = skipSpace(source, end);
    const byte = source[position];
    if (byte === 0x5d) return { values: count === values.length ? values : values.slice(0, count), end: position + 1 };
    if (byte !== 0x2c) throw new RangeError(`the vector is broken behind component ${count - 1}`);
    position = skipSpace(source, position + 1);
  }
}

/** 15 digits and a power of ten up to 22 are exact doubles, so that one division rounds correctly. */
const mostFastBytes = 16;

function parseNumber(source: Buffer, start: number, end: number): number {
  const isNegative = source[start] === 0x2d;
  const first = isNegative ? start + 1 : start;
  // Of one byte: a digit, or a lone point or sign, which is none.
  if (end - first > mostFastBytes || end - first < 2) return slowNumber(source, start, end);
  let digits = 0;
  let point = end;
  for (let position = first; position < end; position++) {
    const digit = (source[position] ?? 0) - 0x30;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (digit === -2 && point === end) point = position;
    else return slowNumber(source, start, end);
  }
  const value = point < end - 1 ? digits / powerOfTen(end - 1 - point) : digits;
  return isNegative ? -value : value;
}

const slowNumber = (source: Buffer, start: number, end: number): number =>
  Number(source.toString('latin1', start, end));

/** 1 for bytes that a JSON number is made of. */
const numberBytes = new Uint8Array(256);
for (const byte of Buffer.from('0123456789+-.eE')) numberBytes[byte] = 1;

function numberEnd(source: Buffer, start: number): number {
  let position = start;
  while (numberBytes[source[position] ?? 0] === 1) position++;
  return position;
}

export function skipSpace(source: Buffer, start: number): number {
  let position = start;
  while (source[position] === 0x20 || source[position] === 0x09) position++;
  return position;
}

function grown(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(values.length * 2);
  larger.set(values);
  return larger;
}
