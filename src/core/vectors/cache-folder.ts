/**
 * Housekeeping of the vector cache: which segments there are, which go when it is full, small ones made one.
 */
import { randomBytes } from 'node:crypto';
import { makeFolder } from '../../lib/make-folder.ts';
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createSegment, keyBytes, openSegment, type RecordShape, segmentFiles } from './cache-segment.ts';

export interface SegmentFile {
  /** Without its endings. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Last written or found useful. */
  readonly usedAtMs: number;
}

/** Oldest first, so that of a vector that is in two of them the younger one counts. */
export function listSegments(folder: string): SegmentFile[] {
  return readFolder(folder)
    .filter((name) => name.endsWith('.vectors'))
    .flatMap((name) => describeSegment(join(folder, name.slice(0, -'.vectors'.length))))
    .sort((a, b) => a.usedAtMs - b.usedAtMs || (a.path < b.path ? -1 : 1));
}

/** A name that no other process takes; makes the folder. */
export function newSegmentPath(folder: string): string {
  makeFolder(folder);
  return join(folder, `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`);
}

/**
 * Removes segments until all spaces together fit into nine tenths of the limit: unused for longest first, never those in
 * `keep`. A process that reads a removed one keeps reading it.
 */
export function pruneSegments(folder: string, maxBytes: number, keep: ReadonlySet<string> = new Set()): void {
  const segments = readFolder(folder)
    .flatMap((space) => listSegments(join(folder, space)))
    .sort((a, b) => a.usedAtMs - b.usedAtMs);
  let total = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total <= maxBytes) return;
  for (const { path, sizeBytes } of segments) {
    if (total <= maxBytes * 0.9) return;
    if (keep.has(path)) continue;
    removeSegment(path);
    total -= sizeBytes;
  }
}

/** Says that these were of use, so that pruning takes others first. */
export function touchSegments(paths: readonly string[]): void {
  const now = new Date();
  for (const path of paths)
    for (const file of Object.values(segmentFiles(path))) attempt(() => utimesSync(file, now, now));
}

const mostSmallSegments = 32;
const smallBytes = 4 * 1024 * 1024;
/** A segment that was written so long ago is no longer being written. */
const settledMs = 60 * 60 * 1000;

/**
 * Makes one segment of many small ones: every run that embeds something leaves one. A crash on the way leaves records
 * twice, which does no harm.
 */
export function compactSegments(folder: string, shape: RecordShape, now = Date.now()): void {
  const small = listSegments(folder).filter(
    ({ sizeBytes, usedAtMs }) => sizeBytes < smallBytes && now - usedAtMs > settledMs,
  );
  if (small.length <= mostSmallSegments) return;
  attempt(() => {
    const target = createSegment(newSegmentPath(folder), shape);
    for (const { path } of small) {
      const source = openSegment(path, shape);
      for (let index = 0; index * keyBytes < source.keys.length; index++) {
        const key = source.keys.subarray(index * keyBytes, (index + 1) * keyBytes);
        const value = source.read(index, key);
        if (value) target.append(key, value);
      }
      source.close();
    }
    target.close();
    for (const { path } of small) removeSegment(path);
  });
}

function removeSegment(path: string): void {
  for (const file of Object.values(segmentFiles(path))) attempt(() => rmSync(file, { force: true }));
}

function describeSegment(path: string): SegmentFile[] {
  const files = segmentFiles(path);
  const stats = statSync(files.vectors, { throwIfNoEntry: false });
  const keys = statSync(files.keys, { throwIfNoEntry: false });
  if (!stats || !keys) return [];
  const tokens = statSync(files.tokens, { throwIfNoEntry: false });
  return [
    { path, sizeBytes: stats.size + keys.size + (tokens?.size ?? 0), usedAtMs: Math.max(stats.mtimeMs, keys.mtimeMs) },
  ];
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Housekeeping never fails a run: what could not be done now is done by a later one. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Left for the next run.
  }
}
