/**
 * Content-hash cache of vectors: the same text, embedded by the same file of the same vector space on the same kind of
 * device, is embedded once. Exact, because the encoder gives the same bytes whatever is encoded beside a text.
 *
 * Folder: `<cache>/vectors/<space>/<segment>.{vectors,keys}`. Each process appends to segments of its own, so that any number
 * of them may run at once; a look-up is one table probe and one read. A cache that cannot be used is said once and left out.
 */
import { createHash } from 'node:crypto';
import { arch } from 'node:os';
import { join } from 'node:path';
import type { OnEvent } from '../../lib/events.ts';
import { writeErrorReason } from '../../lib/file-bytes.ts';
import { createKeyTable } from '../../lib/key-table.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { EncodeRole } from '../models/encoder.ts';
import { spaceFingerprint } from '../models/cards/space.ts';
import { compactSegments, listSegments, newSegmentPath, pruneSegments, touchSegments } from './cache-folder.ts';
import {
  type CachedVector,
  createSegment,
  keyBytes,
  openSegment,
  type RecordShape,
  type SegmentReader,
  type SegmentWriter,
} from './cache-segment.ts';

export interface VectorCacheOptions {
  /** Of all spaces together. */
  readonly folder: string;
  readonly card: ModelCard;
  /** See models/weights-hash.ts; null where it is not known: then nothing is cached. */
  readonly weights: string | null;
  /** As the encoder reports it: vectors of another device are another entry. */
  readonly device: string;
  /** Neighbouring token vectors to one row of the sign bits that are kept beside each vector; 0: none are. */
  readonly tokenWindow: number;
  /** All spaces together; the segments that were not used for longest go first. */
  readonly maxBytes: number;
  readonly onEvent?: OnEvent;
}

export interface VectorCache {
  keyOf(text: string, role: EncodeRole): Buffer;
  /** True also for one that turns out damaged when it is read. */
  has(key: Buffer): boolean;
  /** Null where it is not there or not what was written. */
  get(key: Buffer): CachedVector | null;
  put(key: Buffer, value: CachedVector): void;
  /** Vectors that can be had, damaged ones included until they are read. */
  readonly size: number;
  close(): void;
}

/** Raised when the same text and card would give other bytes. */
const cacheVersion = 1;
/** A segment of this size is closed and another begun, so that pruning can take them apart. */
const segmentBytes = 64 * 1024 * 1024;

const keyOfText = (text: string, role: EncodeRole): Buffer =>
  createHash('sha256').update(role).update('\0').update(text).digest();

/** Folder name of everything that decides the bytes of a vector besides its text. */
export function cacheSpaceName(card: ModelCard, weights: string, device: string, tokenWindow: number): string {
  const bits = tokenWindow > 0 ? ['sign', tokenWindow] : [];
  const parts = [cacheVersion, spaceFingerprint(card), weights, card.dtype, device, arch(), ...bits];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Opens the cache; one that cannot be opened, or has no file hash to key on, finds and keeps nothing. */
export function openVectorCache(options: VectorCacheOptions): VectorCache {
  const { card, weights, onEvent } = options;
  if (weights === null) {
    onEvent?.({ type: 'note', message: `vectors of ${card.name} are not cached: its card holds no hash of the file` });
    return emptyCache;
  }
  try {
    return openSpace(options, join(options.folder, cacheSpaceName(card, weights, options.device, options.tokenWindow)));
  } catch (error) {
    warnUnusable(options, error);
    return emptyCache;
  }
}

/** Finds and keeps nothing. */
export const emptyCache: VectorCache = {
  keyOf: keyOfText,
  has: () => false,
  get: () => null,
  put: () => {},
  size: 0,
  close: () => {},
};

function openSpace(options: VectorCacheOptions, folder: string): VectorCache {
  const shape = shapeOf(options);
  pruneSegments(options.folder, options.maxBytes);
  const { readers, table, count } = loadSegments(folder, shape);
  const used = new Set<string>();
  const writer = createRotatingWriter(options, folder, count);
  return {
    keyOf: keyOfText,
    get size() {
      return table.size;
    },
    has: (key) => table.get(key) !== undefined,
    get(key) {
      const ordinal = table.get(key);
      if (ordinal === undefined) return null;
      const reader = ordinal < count ? readers.find(({ base, end }) => ordinal >= base && ordinal < end) : undefined;
      if (!reader) return writer.read(ordinal, key);
      used.add(reader.segment.path);
      return reader.segment.read(ordinal - reader.base, key);
    },
    put(key, value) {
      const ordinal = writer.append(key, value);
      if (ordinal !== null) table.set(key, ordinal);
    },
    close() {
      for (const { segment } of readers) segment.close();
      writer.close();
      touchSegments([...used]);
      compactSegments(folder, shape);
    },
  };
}

const shapeOf = ({ card, tokenWindow }: VectorCacheOptions): RecordShape => ({
  dimension: card.dimension,
  hasTokenBits: tokenWindow > 0,
});

interface LoadedSegment {
  readonly segment: SegmentReader;
  /** Ordinals of its records: `base` <= ordinal < `end`. */
  readonly base: number;
  readonly end: number;
}

function loadSegments(folder: string, shape: RecordShape) {
  const readers: LoadedSegment[] = [];
  const segments = listSegments(folder).flatMap(({ path }) => openIfThere(path, shape));
  const total = segments.reduce((sum, { keys }) => sum + keys.length / keyBytes, 0);
  const table = createKeyTable(total);
  let count = 0;
  for (const segment of segments) {
    const base = count;
    for (let offset = 0; offset < segment.keys.length; offset += keyBytes) table.set(segment.keys, count++, offset);
    readers.push({ segment, base, end: count });
  }
  return { readers, table, count };
}

/** Another process may have pruned it since it was listed. */
function openIfThere(path: string, shape: RecordShape): SegmentReader[] {
  try {
    return [openSegment(path, shape)];
  } catch {
    return [];
  }
}

/** Appends to one segment after the other; gives up for good, saying why, at the first error. */
function createRotatingWriter(options: VectorCacheOptions, folder: string, firstOrdinal: number) {
  const segments: { readonly segment: SegmentWriter; readonly base: number }[] = [];
  let next = firstOrdinal;
  let broken = false;
  const current = (): SegmentWriter => {
    const last = segments.at(-1)?.segment;
    if (last && last.sizeBytes < segmentBytes) return last;
    if (last) pruneSegments(options.folder, options.maxBytes, new Set(segments.map(({ segment }) => segment.path)));
    const segment = createSegment(newSegmentPath(folder), shapeOf(options));
    segments.push({ segment, base: next });
    return segment;
  };
  return {
    append(key: Buffer, value: CachedVector): number | null {
      if (broken) return null;
      try {
        current().append(key, value);
        return next++;
      } catch (error) {
        broken = true;
        warnUnusable(options, error);
        return null;
      }
    },
    read(ordinal: number, key: Buffer): CachedVector | null {
      const found = segments.findLast(({ base }) => ordinal >= base);
      return found?.segment.read(ordinal - found.base, key) ?? null;
    },
    close: () => {
      for (const { segment } of segments) segment.close();
    },
  };
}

function warnUnusable({ folder, onEvent }: VectorCacheOptions, error: unknown): void {
  const reason = writeErrorReason(error);
  const todo = 'set XDG_CACHE_HOME to a folder that can be written, or --no-cache to go without';
  onEvent?.({ type: 'warning', message: `vectors are not cached in ${folder}: ${reason}; ${todo}` });
}
