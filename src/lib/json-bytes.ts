/**
 * Cuts JSON that lies in bytes: where a value ends, what the fields of an object are. Nothing is parsed or printed again, so
 * that a value that passes through keeps every byte: `1.0`, `-0.0`, integers of any length.
 *
 * Values are told apart by their brackets and quotes; whether a number is one is not looked at.
 */
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** Offset behind the value that begins at `at`. @throws SyntaxError where the bytes end before it does. */
export function endOfJson(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === quote) return endOfJsonString(bytes, at);
  if (first !== openList && first !== openObject) return endOfScalar(bytes, at);
  let depth = 0;
  for (let position = at; position < bytes.length; position++) {
    const byte = bytes[position];
    if (byte === quote) position = endOfJsonString(bytes, position) - 1;
    else if (byte === openList || byte === openObject) depth++;
    else if ((byte === closeList || byte === closeObject) && --depth === 0) return position + 1;
  }
  throw new SyntaxError('the JSON ends inside of a value');
}

/** Like endOfJson, where a list that begins with a number holds numbers only, as in vectors: many times faster there. */
export function endOfNumbers(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first !== openList && first !== openObject) return endOfJson(bytes, at);
  let depth = 0;
  for (let position = at; position < bytes.length; position++) {
    const byte = bytes[position];
    if (byte === quote) position = endOfJsonString(bytes, position) - 1;
    else if (byte === openObject) depth++;
    else if (byte === openList) {
      depth++;
      if (startsNumber(bytes[position + 1] ?? 0)) position = indexOfClose(bytes, position) - 1;
    } else if ((byte === closeList || byte === closeObject) && --depth === 0) return position + 1;
  }
  throw new SyntaxError('the JSON ends inside of a value');
}

const startsNumber = (byte: number): boolean => byte === 0x2d || (byte >= 0x30 && byte <= 0x39);

function indexOfClose(bytes: Buffer, at: number): number {
  const close = bytes.indexOf(closeList, at);
  if (close === -1) throw new SyntaxError('the JSON ends inside of a list');
  return close;
}

/**
 * Visits the fields of the object that begins at `at`, in their order. `visit` gets where a value begins and returns where
 * it ends, so that one walk over the bytes is enough however deep it looks. Returns the offset behind the object.
 * @throws SyntaxError where there is no whole object.
 */
export function eachField(bytes: Buffer, at: number, visit: (key: string, at: number) => number): number {
  let position = skipSpace(bytes, expect(bytes, at, openObject));
  if (bytes[position] === closeObject) return position + 1;
  for (;;) {
    const keyEnd = endOfJsonString(bytes, position);
    const start = skipSpace(bytes, expect(bytes, skipSpace(bytes, keyEnd), colon));
    position = skipSpace(bytes, visit(decodeKey(bytes, position, keyEnd), start));
    if (bytes[position] === closeObject) return position + 1;
    position = skipSpace(bytes, expect(bytes, position, comma));
  }
}

/** Visits the elements of the list that begins at `at`, as eachField does. */
export function eachElement(bytes: Buffer, at: number, visit: (at: number) => number): number {
  let position = skipSpace(bytes, expect(bytes, at, openList));
  if (bytes[position] === closeList) return position + 1;
  for (;;) {
    position = skipSpace(bytes, visit(position));
    if (bytes[position] === closeList) return position + 1;
    position = skipSpace(bytes, expect(bytes, position, comma));
  }
}

/** Bytes of the fields of the object that begins at `at`. */
export function jsonFields(bytes: Buffer, at = 0): ReadonlyMap<string, Buffer> {
  const fields = new Map<string, Buffer>();
  eachField(bytes, at, (key, start) => {
    const end = endOfJson(bytes, start);
    fields.set(key, bytes.subarray(start, end));
    return end;
  });
  return fields;
}

function decodeKey(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}

/** Offset behind the closing quote of the string that opens at `at`. */
function endOfJsonString(bytes: Buffer, at: number): number {
  if (bytes[at] !== quote) throw unexpected(bytes, at);
  for (let close = bytes.indexOf(quote, at + 1); close !== -1; close = bytes.indexOf(quote, close + 1)) {
    let slashes = 0;
    while (bytes[close - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return close + 1;
  }
  throw new SyntaxError('the JSON ends inside of a string');
}

/** Numbers and the words true, false and null end before a sign or space. */
function endOfScalar(bytes: Buffer, at: number): number {
  let end = at;
  while (end < bytes.length && !endsScalar(bytes[end] ?? 0)) end++;
  if (end === at) throw unexpected(bytes, at);
  return end;
}

const endsScalar = (byte: number): boolean =>
  byte === comma || byte === closeObject || byte === closeList || byte === colon || byte <= 0x20;

function skipSpace(bytes: Buffer, at: number): number {
  let position = at;
  while ((bytes[position] ?? 0xff) <= 0x20) position++;
  return position;
}

function expect(bytes: Buffer, at: number, sign: number): number {
  if (bytes[at] !== sign) throw unexpected(bytes, at);
  return at + 1;
}

const unexpected = (bytes: Buffer, at: number): SyntaxError =>
  new SyntaxError(
    at < bytes.length ? `unexpected byte 0x${bytes[at]?.toString(16)} at ${at} of the JSON` : 'the JSON ends too early',
  );
