/**
 * One segment of the vector cache: append-only files, `NAME.vectors` (records) and `NAME.keys` (their keys, in order); where
 * sign bits of token vectors are kept too, `NAME.tokens` (those bits, one behind the other).
 *
 * A record: 32 bytes key, u32 tokens, u32 flags, with sign bits u32 offset and u32 length of them, the vector as little-endian
 * float32, 8 bytes checksum over all before and the bits. A key is written after its record, and that after its bits, so whatever a crash tears off, a key without its whole record is noticed: it is left
 * out when the segment is opened, or the checksum does not fit when the record is read. One process writes a segment; any number
 * read it.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { littleEndianBytes, vectorOfBytes } from './encode-record.ts';

export const keyBytes = 32;
const checksumBytes = 8;
const truncatedFlag = 1;

export interface CachedVector {
  readonly vector: Float32Array;
  readonly tokenCount: number;
  readonly truncated: boolean;
  /** In a cache that keeps them: see models/encoders/token-bits.ts. */
  readonly tokenBits?: Uint8Array;
}

/** What all records of a cache folder have in common. */
export interface RecordShape {
  readonly dimension: number;
  readonly hasTokenBits: boolean;
}

const metaBytes = ({ hasTokenBits }: RecordShape): number => (hasTokenBits ? 16 : 8);

export const recordBytes = (shape: RecordShape): number =>
  keyBytes + metaBytes(shape) + shape.dimension * 4 + checksumBytes;

/** `path` is that of the segment without its endings. */
export const segmentFiles = (path: string) => ({
  vectors: `${path}.vectors`,
  keys: `${path}.keys`,
  tokens: `${path}.tokens`,
});

export interface SegmentReader {
  readonly path: string;
  /** Keys of all whole records, one behind the other. */
  readonly keys: Uint8Array;
  /** The record at `index`, or null where it is not what was written. */
  read(index: number, key: Uint8Array): CachedVector | null;
  close(): void;
}

/** @throws the file system's error where the segment has gone or may not be read. */
export function openSegment(path: string, shape: RecordShape): SegmentReader {
  const files = segmentFiles(path);
  const handles = openHandles(path, shape, 'r');
  const size = recordBytes(shape);
  const stored = readFileSync(files.keys);
  const whole = Math.min(Math.floor(fstatSync(handles.vectors).size / size), Math.floor(stored.length / keyBytes));
  return {
    path,
    keys: stored.subarray(0, whole * keyBytes),
    read: (index, key) => readRecord({ handles, index, shape, key }),
    close: () => closeHandles(handles),
  };
}

interface Handles {
  readonly vectors: number;
  /** Null where no sign bits are kept. */
  readonly tokens: number | null;
}

function openHandles(path: string, { hasTokenBits }: RecordShape, flags: 'r' | 'wx+'): Handles {
  const files = segmentFiles(path);
  const tokens = hasTokenBits ? openSync(files.tokens, flags) : null;
  try {
    return { vectors: openSync(files.vectors, flags), tokens };
  } catch (error) {
    if (tokens !== null) closeSync(tokens);
    throw error;
  }
}

function closeHandles({ vectors, tokens }: Handles): void {
  closeSync(vectors);
  if (tokens !== null) closeSync(tokens);
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
export function createSegment(path: string, shape: RecordShape): SegmentWriter {
  const keys = openSync(segmentFiles(path).keys, 'wx');
  const handles = openHandles(path, shape, 'wx+');
  const record = Buffer.alloc(recordBytes(shape));
  let count = 0;
  let tokenBytes = 0;
  return {
    path,
    get sizeBytes() {
      return count * record.length + tokenBytes;
    },
    append(key, value) {
      encodeRecord(record, key, value, handles.tokens === null ? null : tokenBytes);
      if (handles.tokens !== null && value.tokenBits) {
        writeWhole(handles.tokens, value.tokenBits);
        tokenBytes += value.tokenBits.length;
      }
      writeWhole(handles.vectors, record);
      writeWhole(keys, key);
      return count++;
    },
    read: (index, key) => readRecord({ handles, index, shape, key }),
    close() {
      closeHandles(handles);
      closeSync(keys);
    },
  };
}

/** A short write would shift all records behind it: it is an error, and the segment ends there. */
function writeWhole(handle: number, bytes: Uint8Array): void {
  if (writeSync(handle, bytes) !== bytes.length) throw new Error('ENOSPC: the disk is full');
}

/** `tokensAt`: where the sign bits will be; null where the segment keeps none. */
function encodeRecord(record: Buffer, key: Uint8Array, value: CachedVector, tokensAt: number | null): void {
  const { vector, tokenCount, truncated, tokenBits } = value;
  const vectorAt = record.length - checksumBytes - vector.length * 4;
  record.set(key.subarray(0, keyBytes), 0);
  record.writeUInt32LE(tokenCount, keyBytes);
  record.writeUInt32LE(truncated ? truncatedFlag : 0, keyBytes + 4);
  if (tokensAt !== null) {
    record.writeUInt32LE(tokensAt, keyBytes + 8);
    record.writeUInt32LE(tokenBits?.length ?? 0, keyBytes + 12);
  }
  record.set(littleEndianBytes(vector), vectorAt);
  record.set(checksumOf(record, tokensAt === null ? undefined : tokenBits), record.length - checksumBytes);
}

interface ReadInput {
  readonly handles: Handles;
  readonly index: number;
  readonly shape: RecordShape;
  readonly key: Uint8Array;
}

function readRecord({ handles, index, shape, key }: ReadInput): CachedVector | null {
  const record = Buffer.allocUnsafe(recordBytes(shape));
  if (readSync(handles.vectors, record, 0, record.length, index * record.length) !== record.length) return null;
  if (!record.subarray(0, keyBytes).equals(key)) return null;
  const tokenBits = handles.tokens === null ? undefined : readTokenBits(handles.tokens, record);
  if (tokenBits === null) return null;
  if (!checksumOf(record, tokenBits).equals(record.subarray(record.length - checksumBytes))) return null;
  return {
    vector: vectorOfBytes(record.subarray(keyBytes + metaBytes(shape), record.length - checksumBytes)),
    tokenCount: record.readUInt32LE(keyBytes),
    truncated: (record.readUInt32LE(keyBytes + 4) & truncatedFlag) !== 0,
    ...(tokenBits && { tokenBits }),
  };
}

/** Null where the file has not as many, whatever the record says. */
function readTokenBits(handle: number, record: Buffer): Uint8Array | null {
  const [offset, length] = [record.readUInt32LE(keyBytes + 8), record.readUInt32LE(keyBytes + 12)];
  if (offset + length > fstatSync(handle).size) return null;
  const bits = Buffer.allocUnsafe(length);
  return readSync(handle, bits, 0, length, offset) === length ? bits : null;
}

/** The first 64 bits of sha256: hardware does it, and no flipped bit gets past it. */
const checksumOf = (record: Buffer, tokenBits: Uint8Array = new Uint8Array(0)): Buffer =>
  createHash('sha256')
    .update(record.subarray(0, record.length - checksumBytes))
    .update(tokenBits)
    .digest()
    .subarray(0, checksumBytes);
