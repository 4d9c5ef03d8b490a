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
}

export interface ByteLineOptions {
  /** A longer line is an error, so that no input takes all memory. */
  readonly maxLineBytes: number;
  readonly signal?: AbortSignal;
}

const newline = 0x0a;

/** @throws QdxError `notFound`, `denied`, or `usage` for a line beyond the limit. */
export async function* readByteLines(
  path: string,
  options: ByteLineOptions,
): AsyncGenerator<ByteLine, void, undefined> {
  const { maxLineBytes, signal } = options;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let number = 0;
  for await (const chunk of chunksOf(path)) {
    signal?.throwIfAborted();
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const tail = chunk.subarray(start, end);
      yield { number: ++number, bytes: held.length === 0 ? tail : Buffer.concat([...held, tail]), isEnded: true };
      held = [];
      heldBytes = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    held.push(chunk.subarray(start));
    heldBytes += chunk.length - start;
    if (heldBytes > maxLineBytes)
      throw new QdxError('usage', `${path} line ${number + 1}: longer than ${maxLineBytes} bytes`);
  }
  if (held.length > 0) yield { number: ++number, bytes: Buffer.concat(held), isEnded: false };
}

async function* chunksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new QdxError('notFound', `there is no file ${path}`, { cause: error });
    if (code === 'EISDIR') throw new QdxError('usage', `${path} is a folder, not a file`, { cause: error });
    if (code === 'EACCES' || code === 'EPERM')
      throw new QdxError('denied', `${path} may not be read`, { cause: error });
    throw error;
  }
}
