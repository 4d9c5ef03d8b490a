/**
 * Lines of a file as bytes, streaming: for formats whose checksum runs over the bytes, and whose lines are too long to be
 * decoded twice.
 */
import { createReadStream } from 'node:fs';
import { QdxError } from './errors.ts';

export interface ByteLine {
  /** 1-based. */
  readonly number: number;
  /** Without the newline; valid until the next line is asked for. */
  readonly bytes: Buffer;
  /** False for a last line that no newline ends. */
  readonly isEnded: boolean;
  /** Only with `longLines: 'mark'`: the line was beyond the limit, `bytes` is empty. */
  readonly isTooLong?: true;
}

export interface ByteLineOptions {
  /** A longer line is an error, so that no input takes all memory. */
  readonly maxLineBytes: number;
  /** `mark` goes on behind a line that is too long, without keeping it; `throw` unless set. */
  readonly longLines?: 'throw' | 'mark';
  readonly signal?: AbortSignal;
}

const newline = 0x0a;

/** A path, or what is already open, such as stdin. */
export type ByteSource = string | AsyncIterable<Uint8Array | string>;

/** @throws QdxError `notFound`, `denied`, or `usage` for a line beyond the limit. */
export async function* readByteLines(
  source: ByteSource,
  options: ByteLineOptions,
): AsyncGenerator<ByteLine, void, undefined> {
  const { maxLineBytes, longLines, signal } = options;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let number = 0;
  const line = (tail: Buffer, isEnded: boolean): ByteLine => {
    number += 1;
    if (heldBytes + tail.length > maxLineBytes) return { number, bytes: Buffer.alloc(0), isEnded, isTooLong: true };
    return { number, bytes: held.length === 0 ? tail : Buffer.concat([...held, tail]), isEnded };
  };
  for await (const chunk of typeof source === 'string' ? chunksOf(source) : buffersOf(source)) {
    signal?.throwIfAborted();
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      yield assertShort(line(chunk.subarray(start, end), true));
      held = [];
      heldBytes = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    held.push(chunk.subarray(start));
    heldBytes += chunk.length - start;
    // Of a line that is too long only the length is kept, or a file without newlines would take all memory.
    if (heldBytes > maxLineBytes) held = [];
    if (heldBytes > maxLineBytes && longLines !== 'mark') throw tooLong(number + 1);
  }
  if (heldBytes > 0) yield assertShort(line(Buffer.alloc(0), false));

  function assertShort(found: ByteLine): ByteLine {
    if (found.isTooLong && longLines !== 'mark') throw tooLong(found.number);
    return found;
  }

  function tooLong(at: number): QdxError {
    return new QdxError(
      'usage',
      `${typeof source === 'string' ? source : 'stdin'} line ${at}: longer than ${maxLineBytes} bytes`,
    );
  }
}

/** Loaded where it is needed, which is seldom. */
async function asReadFailure(path: string, error: unknown): Promise<unknown> {
  const { readFailure } = await import('./read-failure.ts');
  return readFailure({ path }, error) ?? error;
}

async function* buffersOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of stream) yield Buffer.from(piece);
}

async function* chunksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
  } catch (error) {
    throw await asReadFailure(path, error);
  }
}
