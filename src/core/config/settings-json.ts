/**
 * JSON of settings files: read strictly, since a settings file that is half understood is worse than none. Own code,
 * because JSON.parse tells neither where an error is (on Node 20) nor that a key came twice.
 */
import { QdxError } from '../../lib/errors.ts';

/**
 * @param name The file, for messages.
 * @throws QdxError usage with line and column: bad UTF-8, bad JSON, a key given twice, `__proto__` as a key.
 */
export function parseSettingsJson(bytes: Uint8Array, name: string): unknown {
  const text = decodeUtf8(bytes, name);
  const reader: Reader = { text, at: 0, depth: 0 };
  try {
    const value = readValue(reader);
    skipSpace(reader);
    if (reader.at < text.length) throw new JsonProblem('text after the end');
    return value;
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new QdxError('usage', `${name}:${lineAndColumn(reader)}: ${error.message}`, hintOf(name));
  }
}

class JsonProblem extends Error {}

/** Where reading is; on a problem it stands at what caused it. */
interface Reader {
  readonly text: string;
  at: number;
  depth: number;
}

const deepest = 100;

function readValue(reader: Reader): unknown {
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === '{') return inside(reader, readObject);
  if (first === '[') return inside(reader, readArray);
  if (first === '"') return readString(reader);
  const word = match(reader, /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y);
  if (word === null) throw new JsonProblem(first === undefined ? 'the file ends too soon' : 'expected a JSON value');
  return JSON.parse(word) as unknown;
}

function inside<T>(reader: Reader, read: (reader: Reader) => T): T {
  if (++reader.depth > deepest) throw new JsonProblem('nested too deeply');
  reader.at++;
  const value = read(reader);
  reader.depth--;
  return value;
}

function readObject(reader: Reader): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  if (takes(reader, '}')) return value;
  do {
    skipSpace(reader);
    const start = reader.at;
    const key = readString(reader);
    if (key === '__proto__' || Object.hasOwn(value, key)) {
      reader.at = start;
      throw new JsonProblem(
        key === '__proto__' ? 'the key "__proto__" is not allowed' : `the key "${key}" is given twice`,
      );
    }
    expect(reader, ':');
    value[key] = readValue(reader);
  } while (takes(reader, ','));
  expect(reader, '}');
  return value;
}

function readArray(reader: Reader): unknown[] {
  const value: unknown[] = [];
  if (takes(reader, ']')) return value;
  do value.push(readValue(reader));
  while (takes(reader, ','));
  expect(reader, ']');
  return value;
}

function readString(reader: Reader): string {
  // oxlint-disable-next-line eslint/no-control-regex -- JSON forbids exactly these
  const literal = match(reader, /"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y);
  if (literal === null)
    throw new JsonProblem(reader.text[reader.at] === '"' ? 'a text that does not end' : 'expected "');
  return JSON.parse(literal) as string;
}

function match(reader: Reader, pattern: RegExp): string | null {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0] ?? null;
  reader.at += found?.length ?? 0;
  return found;
}

const skipSpace = (reader: Reader): void => void match(reader, /[ \t\r\n]*/y);

function takes(reader: Reader, sign: string): boolean {
  skipSpace(reader);
  const found = reader.text[reader.at] === sign;
  if (found) reader.at++;
  return found;
}

function expect(reader: Reader, sign: string): void {
  if (!takes(reader, sign))
    throw new JsonProblem(reader.at < reader.text.length ? `expected ${sign}` : 'the file ends too soon');
}

function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    // Takes one BOM away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new QdxError('usage', `${name} is not UTF-8 text`, { ...hintOf(name), cause });
  }
}

const hintOf = (name: string) => ({ hint: `correct ${name}, or run with --no-config` });

function lineAndColumn({ text, at }: Reader): string {
  const before = text.slice(0, at).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}
