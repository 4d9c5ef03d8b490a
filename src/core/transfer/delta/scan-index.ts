/**
 * What a scan saw: id and hash of every point, in the order of ids, in files of 33 bytes a point, one file a range. With it a
 * later scan tells what was inserted, changed and deleted since, in one pass and with a page in memory, whatever the number of
 * points.
 */
import { open, rm } from 'node:fs/promises';
import { makeFolder } from '../../../lib/make-folder.ts';
import { join } from 'node:path';
import { throwWriteError } from '../../../lib/file-bytes.ts';
import { compareIds, type IdToken } from '../points/point-order.ts';
import { createPointsHash, sumOfHashes } from '../points/points-hash.ts';
import type { RawPoint } from '../points/raw-points.ts';
import type { IdRange } from '../points/scan-range.ts';
import { lineDigest } from '../points/comparable-line.ts';

const idBytes = 17;
const hashBytes = 16;
export const entryBytes = idBytes + hashBytes;

export interface IndexEntry {
  readonly id: IdToken;
  /** The first 128 bits of the SHA-256 of the point's line, as hex. */
  readonly hash: string;
}

export interface RangeIndex {
  readonly range: IdRange;
  readonly points: number;
  /** As createPointsHash. */
  readonly pointsHash: string;
  /** Of its entries. */
  readonly file: string;
  /** What is known otherwise since, in the order of ids: it is read in place of the file's. */
  readonly amended?: AmendedEntries;
}

/** Null: the point is not there. */
export type AmendedEntries = readonly { readonly id: IdToken; readonly hash: string | null }[];

/** Ranges in the order in which they were drawn. */
export interface ScanIndex {
  readonly ranges: readonly RangeIndex[];
}

export const pointsOf = ({ ranges }: ScanIndex): number => ranges.reduce((sum, { points }) => sum + points, 0);
export const hashOf = ({ ranges }: ScanIndex): string => sumOfHashes(ranges.map(({ pointsHash }) => pointsHash));

/** For comparing an entry with a point that was read by itself. */
export const lineHash = (line: Buffer): string => lineDigest(line).slice(0, 2 * hashBytes);

export interface RangeIndexWriter {
  /** Points in the order of ids, after all that were added before; returns their entries. */
  add(points: readonly RawPoint[]): Promise<readonly IndexEntry[]>;
  finish(): Promise<RangeIndex>;
}

/** Files of the scans of one transfer. */
export interface IndexFolder {
  readonly path: string;
  /** Opens the file of one range of one scan; of the same name before it is replaced. */
  write(scan: string, number: number, range: IdRange): Promise<RangeIndexWriter>;
  /** Removes the files of a scan that nobody compares with any more. */
  drop(index: ScanIndex): Promise<void>;
  remove(): Promise<void>;
}

export async function openIndexFolder(path: string): Promise<IndexFolder> {
  makeFolder(path);
  return {
    path,
    write: async (scan, number, range) => openWriter(join(path, `${scan}-${number}.idx`), range),
    drop: async ({ ranges }) => {
      for (const { file } of ranges) await rm(file, { force: true });
    },
    remove: async () => rm(path, { recursive: true, force: true }),
  };
}

async function openWriter(file: string, range: IdRange): Promise<RangeIndexWriter> {
  const handle = await open(file, 'w').catch((error: unknown) => throwWriteError(file, error));
  const hash = createPointsHash();
  return {
    async add(points) {
      const bytes = Buffer.allocUnsafe(points.length * entryBytes);
      const entries = points.map(({ id, line }, index): IndexEntry => {
        const digest = lineDigest(line);
        hash.addDigest(digest);
        encodeId(id, bytes, index * entryBytes);
        bytes.write(digest, index * entryBytes + idBytes, hashBytes, 'hex');
        return { id, hash: digest.slice(0, 2 * hashBytes) };
      });
      await handle.appendFile(bytes).catch((error: unknown) => throwWriteError(file, error));
      return entries;
    },
    async finish() {
      await handle.close();
      return { range, points: hash.points, pointsHash: hash.digest(), file };
    },
  };
}

const entriesPerRead = 2000;

/** Entries of one range, in the order of ids, a block at a time. */
export function readEntries({ file, amended }: RangeIndex): AsyncGenerator<readonly IndexEntry[], void, undefined> {
  const blocks = readBlocks(file);
  return amended ? withAmended(blocks, amended) : blocks;
}

async function* withAmended(
  blocks: AsyncIterable<readonly IndexEntry[]>,
  amended: AmendedEntries,
): AsyncGenerator<readonly IndexEntry[], void, undefined> {
  let at = 0;
  for await (const block of blocks) {
    const entries: IndexEntry[] = [];
    for (const entry of block) {
      let other = amended[at];
      for (; other && compareIds(other.id, entry.id) < 0; other = amended[++at])
        if (other.hash !== null) entries.push({ id: other.id, hash: other.hash });
      if (other?.id !== entry.id) entries.push(entry);
    }
    yield entries;
  }
  yield amended.slice(at).flatMap(({ id, hash }) => (hash === null ? [] : [{ id, hash }]));
}

async function* readBlocks(file: string): AsyncGenerator<readonly IndexEntry[], void, undefined> {
  const handle = await open(file, 'r');
  try {
    const block = Buffer.allocUnsafe(entryBytes * entriesPerRead);
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, block.length);
      if (bytesRead === 0) return;
      yield Array.from({ length: bytesRead / entryBytes }, (_, index) => decodeEntry(block, index * entryBytes));
    }
  } finally {
    await handle.close();
  }
}

/** A sign for its kind, then 16 bytes: integers at the end of them. */
function encodeId(id: IdToken, bytes: Buffer, at: number): void {
  const isUuid = id.startsWith('"');
  bytes[at] = isUuid ? 1 : 0;
  if (isUuid) bytes.write(id.replaceAll(/["-]/g, ''), at + 1, 'hex');
  else {
    bytes.fill(0, at + 1, at + 9);
    bytes.writeBigUInt64BE(BigInt(id), at + 9);
  }
}

function decodeEntry(bytes: Buffer, at: number): IndexEntry {
  const hash = bytes.toString('hex', at + idBytes, at + entryBytes);
  if (bytes[at] === 0) return { id: String(bytes.readBigUInt64BE(at + 9)), hash };
  const hex = bytes.toString('hex', at + 1, at + idBytes);
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return { id: `"${groups.join('-')}"`, hash };
}
