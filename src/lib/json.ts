/**
 * JSON without loss of integers: what a double cannot hold comes back as bigint, and bigints are written as bare numbers.
 *
 * Qdrant ids are u64 and payloads hold 64-bit integers; JSON.parse rounds them, on Node 20 without any way to tell.
 */

/** 9007199254740993 is the first integer that a double cannot hold; shorter runs of digits need no second look. */
const longDigits = /\d{16}/;

/**
 * Parses JSON text.
 * @throws SyntaxError, as JSON.parse does.
 */
export function parseJson(source: string | Uint8Array): unknown {
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
  if (!longDigits.test(text)) return JSON.parse(text) as unknown;
  const mark = bigintMark();
  const marked = markLongIntegers(text, mark);
  const value = JSON.parse(marked ?? text) as unknown;
  return marked === undefined ? value : unmark(value, mark);
}

/** Writes JSON text; bigints become bare numbers. Like JSON.stringify it writes NaN and infinities as null. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // The replacer costs a third of the speed, so it runs only for values that need it.
    if (!(error instanceof TypeError && error.message.includes('BigInt'))) throw error;
  }
  const mark = bigintMark();
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${mark}${part}` : part));
  return text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

/**
 * The text with every long integer outside of strings wrapped as a marked string; undefined where there is none.
 * JSON.parse keeps doing the work and the checking, many times faster than a parser written in JavaScript.
 */
function markLongIntegers(text: string, mark: string): string | undefined {
  const parts: string[] = [];
  let marked = false;
  let position = 0;
  while (position < text.length) {
    const quote = text.indexOf('"', position);
    const between = text.slice(position, quote === -1 ? text.length : quote);
    const wrapped = longDigits.test(between) ? wrapIntegers(between, mark) : between;
    marked ||= wrapped !== between;
    position = quote === -1 ? text.length : endOfString(text, quote);
    parts.push(wrapped, quote === -1 ? '' : text.slice(quote, position));
  }
  return marked ? parts.join('') : undefined;
}

/** Index behind the closing quote of the string that opens at `quote`. */
export function endOfString(text: string, quote: number): number {
  let end = quote;
  do {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
  } while (isEscaped(text, end));
  return end + 1;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text[index - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** What is no JSON (a leading zero, a number as key) is left alone, so that JSON.parse refuses it. */
const wrapIntegers = (text: string, mark: string): string =>
  text.replaceAll(/-?\d[\d.eE+-]*/g, (token, offset: number) =>
    /^-?[1-9]\d{15,}$/.test(token) &&
    !Number.isSafeInteger(Number(token)) &&
    !/^\s*:/.test(text.slice(offset + token.length))
      ? `"${mark}${token}"`
      : token,
  );

/** Turns marked strings into bigints, in place and without recursion (nesting may be a million deep). */
function unmark(root: unknown, mark: string): unknown {
  const box = { root };
  const open: object[] = [box];
  const visit = (holder: object, key: string | number, value: unknown) => {
    if (typeof value === 'object' && value !== null) open.push(value);
    else if (typeof value === 'string' && value.startsWith(mark)) setOwn(holder, key, BigInt(value.slice(mark.length)));
  };
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    if (Array.isArray(holder)) for (let index = 0; index < holder.length; index++) visit(holder, index, holder[index]);
    else for (const key of Object.keys(holder)) visit(holder, key, (holder as Record<string, unknown>)[key]);
  }
  return box.root;
}

/** Not an assignment: `__proto__` is a key like any other. */
const setOwn = (holder: object, key: string | number, value: unknown) =>
  Object.defineProperty(holder, key, { value, configurable: true, enumerable: true, writable: true });

/** A prefix that no text from outside can know, so that a string is never taken for a number. */
function bigintMark(): string {
  const random = () => Math.random().toString(36).slice(2);
  return `qdx-bigint-${random()}${random()}-`;
}
