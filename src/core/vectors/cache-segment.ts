/**
 * One segment of the vector cache: two append-only files, `NAME.vectors` (records) and `NAME.keys` (their keys, in order).
 *
 * A record: 32 bytes key, u32 tokens, u32 flags, the vector as little-endian float32, 8 bytes checksum over all before.
 * A key is written after its record, so whatever a crash tears off, a key without its whole record is noticed: it is left
 * out when the segment is opened, or the checksum does not fit when the record is read. One process writes a segment; any number
 * read it.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { littleEndianBytes, vectorOfBytes } from './encode-record.ts';

export const keyBytes = 32;
const metaBytes = 8;
const checksumBytes = 8;
const truncatedFlag = 1;

export interface CachedVector {
  readonly vector: Float32Array;
  readonly tokenCount: number;
  readonly truncated: boolean;
}

export const recordBytes = (dimension: number): number => keyBytes + metaBytes + dimension * 4 + checksumBytes;

/** `path` is that of the segment without its endings. */
export const segmentFiles = (path: string) => ({ vectors: `${path}.vectors`, keys: `${path}.keys` });

export interface SegmentReader {
  readonly path: string;
  /** Keys of all whole records, one behind the other. */
  readonly keys: Uint8Array;
  /** The record at `index`, or null where it is not what was written. */
  read(index: number, key: Uint8Array): CachedVector | null;
  close(): void;
}

/** @throws the file system's error where the segment has gone or may not be read. */
export function openSegment(path: string, dimension: number): SegmentReader {
  const files = segmentFiles(path);
  const handle = openSync(files.vectors, 'r');
  const size = recordBytes(dimension);
  const stored = readFileSync(files.keys);
  const whole = Math.min(Math.floor(fstatSync(handle).size / size), Math.floor(stored.length / keyBytes));
  return {
    path,
    keys: stored.subarray(0, whole * keyBytes),
    read: (index, key) => readRecord({ handle, index, dimension, key }),
    close: () => closeSync(handle),
  };
}

export interface SegmentWriter {
  readonly path: string;
  readonly sizeBytes: number;
  /** Appends a record and returns its index. */
  append(key: Uint8Array, value: CachedVector): number;
  read(index: number, key: Uint8Array): CachedVector | null;
  close(): void;
}

/** @throws the file system's error where it cannot be written. */
export function createSegment(path: string, dimension: number): SegmentWriter {
  const files = segmentFiles(path);
  const keys = openSync(files.keys, 'wx');
  const handle = openSync(files.vectors, 'wx+');
  const record = Buffer.alloc(recordBytes(dimension));
  let count = 0;
  return {
    path,
    get sizeBytes() {
      return count * record.length;
    },
    append(key, value) {
      encodeRecord(record, key, value);
      writeWhole(handle, record);
      writeWhole(keys, key);
      return count++;
    },
    read: (index, key) => readRecord({ handle, index, dimension, key }),
    close() {
      closeSync(handle);
      closeSync(keys);
    },
  };
}

/** A short write would shift all records behind it: it is an error, and the segment ends there. */
function writeWhole(handle: number, bytes: Uint8Array): void {
  if (writeSync(handle, bytes) !== bytes.length) throw new Error('ENOSPC: the disk is full');
}

function encodeRecord(record: Buffer, key: Uint8Array, value: CachedVector): void {
  record.set(key.subarray(0, keyBytes), 0);
  record.writeUInt32LE(value.tokenCount, keyBytes);
  record.writeUInt32LE(value.truncated ? truncatedFlag : 0, keyBytes + 4);
  record.set(littleEndianBytes(value.vector), keyBytes + metaBytes);
  record.set(checksumOf(record), record.length - checksumBytes);
}

interface ReadInput {
  readonly handle: number;
  readonly index: number;
  readonly dimension: number;
  readonly key: Uint8Array;
}

function readRecord({ handle, index, dimension, key }: ReadInput): CachedVector | null {
  const record = Buffer.allocUnsafe(recordBytes(dimension));
  if (readSync(handle, record, 0, record.length, index * record.length) !== record.length) return null;
  if (!record.subarray(0, keyBytes).equals(key)) return null;
  if (!checksumOf(record).equals(record.subarray(record.length - checksumBytes))) return null;
  return {
    vector: vectorOfBytes(record.subarray(keyBytes + metaBytes, record.length - checksumBytes)),
    tokenCount: record.readUInt32LE(keyBytes),
    truncated: (record.readUInt32LE(keyBytes + 4) & truncatedFlag) !== 0,
  };
}

/** The first 64 bits of sha256: hardware does it, and no flipped bit gets past it. */
const checksumOf = (record: Buffer): Buffer =>
  createHash('sha256')
    .update(record.subarray(0, record.length - checksumBytes))
    .digest()
    .subarray(0, checksumBytes);
