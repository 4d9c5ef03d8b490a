/**
 * JSON lines, streaming: every line is a value or a reason why it is none, with its number. Memory is bounded by the
 * longest line allowed, not by the file.
 */
import { type ByteLine, type ByteSource, readByteLines } from './byte-lines.ts';
import { parseStrictJson, type StrictJson } from './strict-json.ts';

export interface JsonLine extends StrictJson {
  /** 1-based. */
  readonly number: number;
}

export interface JsonLineFault {
  readonly number: number;
  /** End of a sentence: `it is no JSON: …`. */
  readonly fault: string;
}

export interface JsonlOptions {
  readonly maxLineBytes?: number;
  readonly signal?: AbortSignal;
}

/** A record with a payload of tens of megabytes passes; a file without newlines does not. */
const defaultMaxLineBytes = 64 * 1024 * 1024;

/**
 * Lines end at \n alone (U+2028 and a bare \r are characters like others); a \r before it is dropped, as are a leading
 * byte order mark and blank lines.
 * @throws QdxError notFound, denied or usage where the file itself cannot be read.
 */
export async function* readJsonl(
  source: ByteSource,
  options: JsonlOptions = {},
): AsyncGenerator<JsonLine | JsonLineFault> {
  const { maxLineBytes = defaultMaxLineBytes, signal } = options;
  const limits = { maxLineBytes, longLines: 'mark', ...(signal && { signal }) } as const;
  for await (const line of readByteLines(source, limits)) {
    if (line.isTooLong) yield { number: line.number, fault: `it is longer than ${maxLineBytes} bytes` };
    else if (!isBlank(line.bytes)) yield parseLine(line);
  }
}

export function isFault(line: JsonLine | JsonLineFault): line is JsonLineFault {
  return 'fault' in line;
}

function parseLine({ number, bytes, isEnded }: ByteLine): JsonLine | JsonLineFault {
  try {
    return { number, ...parseStrictJson(bytes) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const cut = isEnded ? '' : ' (the file ends inside of this line: it was cut off)';
    return { number, fault: `${error.message}${cut}` };
  }
}

/** Space, tab, \r only, a byte order mark aside. */
function isBlank(bytes: Buffer): boolean {
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.subarray(from).every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
