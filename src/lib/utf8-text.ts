/**
 * The text of a file piece by piece, refusing what is not UTF-8.
 */
import { createReadStream } from 'node:fs';

export class Utf8Error extends Error {
  override readonly name = 'Utf8Error';
}

/**
 * A leading byte order mark is dropped.
 * @throws Utf8Error at the first bytes that are not UTF-8, or a file that ends inside of a character.
 */
export async function* utf8Text(path: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    yield decoded(() => decoder.decode(chunk, { stream: true }), bytes);
    bytes += chunk.length;
  }
  yield decoded(() => decoder.decode(), bytes);
}

function decoded(decode: () => string, bytes: number): string {
  try {
    return decode();
  } catch (error) {
    throw new Utf8Error(`it is not UTF-8 (behind byte ${bytes})`, { cause: error });
  }
}
