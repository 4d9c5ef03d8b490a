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
  const size = Math.abs(value);
  // Below and above, decimals would need more digits than an integer product holds; such components are rare.
  if (size < 1e-5 || size >= 1e7) return target.write(String(Number(value.toPrecision(9))), offset, 'latin1') + offset;
  let decimals = 7 - decimalExponent(size);
  let digits = Math.round(size * powerOfTen(decimals));
  if (Math.fround(digits / powerOfTen(decimals)) !== size) {
    decimals++;
    digits = Math.round(size * powerOfTen(decimals));
  }
  while (decimals > 0 && digits % 10 === 0) {
    digits /= 10;
    decimals--;
  }
  let end = offset;
  if (value < 0) target[end++] = 0x2d;
  return writeDecimal(digits, decimals, target, end);
}

/** Floor of log10 for 1e-5 <= size < 1e7; comparing is exact where Math.log10 may round up. */
function decimalExponent(size: number): number {
  let exponent = 0;
  if (size >= 1) while (size >= powerOfTen(exponent + 1)) exponent++;
  else while (size * powerOfTen(-exponent) < 1) exponent--;
  return exponent;
}

/** `digits / 10^decimals` as `0.0123`, without an exponent. */
function writeDecimal(digits: number, decimals: number, target: Buffer, offset: number): number {
  const whole = Math.floor(digits / powerOfTen(decimals));
  let end = writeInteger(whole, 1, target, offset);
  if (decimals === 0) return end;
  target[end++] = 0x2e;
  return writeInteger(digits - whole * powerOfTen(decimals), decimals, target, end);
}

/** An integer with leading zeros up to `minDigits`. */
function writeInteger(value: number, minDigits: number, target: Buffer, offset: number): number {
  let length = minDigits;
  while (value >= powerOfTen(length)) length++;
  let rest = value;
  for (let index = offset + length - 1; index >= offset; index--) {
    const tens = Math.floor(rest / 10);
    target[index] = 0x30 + (rest - tens * 10);
    rest = tens;
  }
  return offset + length;
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
    const value = Math.fround(parseNumber(source, position, end));
    if (!Number.isFinite(value)) throw new RangeError(`component ${count} of the vector is no finite float32`);
    if (count === values.length) values = grown(values);
    values[count++] = value;
    position = skipSpace(source, end);
    const byte = source[position];
    if (byte === 0x5d) return { values: values.slice(0, count), end: position + 1 };
    if (byte !== 0x2c) throw new RangeError(`the vector is broken behind component ${count - 1}`);
    position = skipSpace(source, position + 1);
  }
}

function parseNumber(source: Buffer, start: number, end: number): number {
  let position = start;
  const negative = source[position] === 0x2d;
  if (negative) position++;
  let digits = 0;
  let decimals = -1;
  const first = position;
  for (; position < end; position++) {
    const byte = source[position] ?? 0;
    if (byte === 0x2e && decimals < 0) decimals = 0;
    else if (byte >= 0x30 && byte <= 0x39) {
      digits = digits * 10 + (byte - 0x30);
      if (decimals >= 0) decimals++;
    } else return slowNumber(source, start, end);
  }
  // 15 digits and a power of ten up to 22 are exact doubles, so that one division rounds correctly.
  if (end - first > 16 || decimals > 22) return slowNumber(source, start, end);
  const value = decimals > 0 ? digits / powerOfTen(decimals) : digits;
  return negative ? -value : value;
}

const slowNumber = (source: Buffer, start: number, end: number): number =>
  Number(source.toString('latin1', start, end));

function numberEnd(source: Buffer, start: number): number {
  let position = start;
  for (;;) {
    const byte = source[position] ?? 0;
    const belongs =
      (byte >= 0x30 && byte <= 0x39) ||
      byte === 0x2e ||
      byte === 0x2d ||
      byte === 0x2b ||
      byte === 0x65 ||
      byte === 0x45;
    if (!belongs) return position;
    position++;
  }
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
