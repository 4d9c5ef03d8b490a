/**
 * Which libraries a Linux library needs, read from the file itself: the loader says it only by failing, and names only the first.
 * ELF64, little-endian, as all that onnxruntime-node ships for x86-64 is (System V ABI, chapters 4 and 5).
 */
import { type FileHandle, open } from 'node:fs/promises';

const loadSegment = 1;
const dynamicSegment = 2;
const neededTag = 1n;
const stringTableTag = 5n;
const mostDynamicBytes = 1 << 20;
const mostNameBytes = 256;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly sizeBytes: number;
}

/** @returns `['libcublas.so.12', …]`, in the order of the file; null for a file of another kind. */
export async function neededLibraries(path: string): Promise<readonly string[] | null> {
  const file = await open(path);
  try {
    const segments = await readSegments(file);
    const dynamic = segments?.find(({ type }) => type === dynamicSegment);
    if (!segments || !dynamic) return null;
    const entries = dynamicEntries(await readAt(file, dynamic.offset, Math.min(dynamic.sizeBytes, mostDynamicBytes)));
    const table = entries.find(({ tag }) => tag === stringTableTag);
    const strings = table && offsetOf(table.value, segments);
    if (strings === undefined) return null;
    const names = entries.filter(({ tag }) => tag === neededTag);
    return await Promise.all(names.map(({ value }) => readName(file, strings + value)));
  } finally {
    await file.close();
  }
}

async function readSegments(file: FileHandle): Promise<Segment[] | null> {
  const header = await readAt(file, 0, 64);
  // Magic number, 64 bits, little-endian.
  if (header.length < 64 || header.toString('latin1', 0, 6) !== '\u007fELF\u0002\u0001') return null;
  const [size, count] = [header.readUInt16LE(54), header.readUInt16LE(56)];
  const table = await readAt(file, Number(header.readBigUInt64LE(32)), size * count);
  return Array.from({ length: Math.floor(table.length / size) }, (_, at) => ({
    type: table.readUInt32LE(at * size),
    offset: Number(table.readBigUInt64LE(at * size + 8)),
    address: Number(table.readBigUInt64LE(at * size + 16)),
    sizeBytes: Number(table.readBigUInt64LE(at * size + 32)),
  }));
}

const dynamicEntries = (bytes: Buffer) =>
  Array.from({ length: Math.floor(bytes.length / 16) }, (_, at) => ({
    tag: bytes.readBigInt64LE(at * 16),
    value: Number(bytes.readBigUInt64LE(at * 16 + 8)),
  }));

/** Where in the file an address of the loaded library lies. */
function offsetOf(address: number, segments: readonly Segment[]): number | undefined {
  const segment = segments.find(
    ({ type, address: from, sizeBytes }) => type === loadSegment && address >= from && address < from + sizeBytes,
  );
  return segment && address - segment.address + segment.offset;
}

async function readName(file: FileHandle, offset: number): Promise<string> {
  const bytes = await readAt(file, offset, mostNameBytes);
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
