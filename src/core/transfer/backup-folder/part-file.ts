/**
 * Part files: points of one range of ids as lines of JSON, optionally through gzip; written whole or not at all, read as a
 * stream.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { sha256Hex } from '../../../lib/hash.ts';
import { createPartialFile } from '../../../lib/partial-file.ts';
import { createPointsHash, type PointsHash } from '../points/points-hash.ts';
import { cutPoint, type RawPoint } from '../points/raw-points.ts';
import type { IdRange } from '../points/scan-range.ts';
import type { Compression, PartEntry } from './manifest.ts';

const newline = Buffer.from('\n');
const readBytes = 256 * 1024;

export interface PartInput {
  readonly folder: string;
  /** Name without the ending. */
  readonly name: string;
  readonly range: IdRange;
  readonly compression: Compression;
}

/** Writes the pages as a part. Null, and no file, where they hold no point. */
export async function writePart(
  { folder, name, range, compression }: PartInput,
  pages: AsyncIterable<readonly RawPoint[]>,
): Promise<PartEntry | null> {
  const file = `${name}.jsonl${compression === 'gzip' ? '.gz' : ''}`;
  const partial = await createPartialFile(join(folder, file));
  const sha256 = createHash('sha256');
  const hash = createPointsHash();
  const put = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) {
      sha256.update(chunk);
      await partial.write(chunk);
    }
  };
  try {
    const text = textOf(pages, hash);
    if (compression === 'gzip') await pipeline(text, createGzip(), put);
    else await put(text);
    if (hash.points === 0) await partial.abandon();
    else await partial.finish();
  } catch (error) {
    await partial.abandon();
    throw error;
  }
  if (hash.points === 0) return null;
  const { sizeBytes } = partial;
  const entry = { file, sizeBytes, sha256: sha256.digest('hex'), points: hash.points, pointsHash: hash.digest() };
  return { ...entry, ...range };
}

async function* textOf(
  pages: AsyncIterable<readonly RawPoint[]>,
  hash: PointsHash,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const points of pages) {
    for (const { line } of points) hash.add(line);
    if (points.length > 0) yield Buffer.concat(points.flatMap(({ line }) => [line, newline]));
  }
}

/** SHA-256 and size of a file as it lies there. */
export async function hashFile(path: string): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const found = await stat(path);
  // Reading a pipe would wait for ever.
  if (!found.isFile() && !found.isDirectory()) throw new Error('it is no plain file');
  // A stream costs more than a small file.
  if (found.size <= readBytes) {
    const bytes = await readFile(path);
    return { sha256: sha256Hex(bytes), sizeBytes: bytes.length };
  }
  const sha256 = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: readBytes }) as AsyncIterable<Buffer>) {
    sha256.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: sha256.digest('hex'), sizeBytes };
}

/**
 * Points of a part, a few at a time. Meant for a part whose hash was compared.
 * @throws SyntaxError where a line is no point.
 */
export async function* readPart(path: string): AsyncGenerator<RawPoint[], void, undefined> {
  const file = createReadStream(path, { highWaterMark: readBytes });
  const chunks: AsyncIterable<Buffer> = path.endsWith('.gz') ? compose(file, createGunzip()) : file;
  let held: Buffer[] = [];
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(0x0a);
    held.push(last === -1 ? chunk : chunk.subarray(0, last + 1));
    if (last === -1) continue;
    yield cutLines(Buffer.concat(held));
    held = [chunk.subarray(last + 1)];
  }
  if (held.some(({ length }) => length > 0)) throw new SyntaxError('the last line does not end');
}

/** Every line of `text`, the last one ended. */
function cutLines(text: Buffer): RawPoint[] {
  const points: RawPoint[] = [];
  for (let start = 0; start < text.length;) {
    const end = text.indexOf(0x0a, start);
    const { point, end: stop } = cutPoint(text, start);
    if (stop !== end) throw new SyntaxError('a line is no point');
    points.push(point);
    start = end + 1;
  }
  return points;
}

const compose = (file: Readable, through: Transform): AsyncIterable<Buffer> => {
  file.on('error', (error) => through.destroy(error));
  return file.pipe(through);
};
