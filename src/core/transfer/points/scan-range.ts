/**
 * Scrolls the points of a range of ids, page by page, as raw bytes. The size of pages follows the size of points, so that
 * memory stays the same for points of 200 bytes and of 10 megabytes.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import { compareIds, displayId, type IdToken } from './point-order.ts';
import type { PageMemory, PagePool } from './page-memory.ts';
import { createPointsHash } from './points-hash.ts';
import { cutPage, type RawPage, type RawPoint } from './raw-points.ts';

/** Ids from `from` (inclusive) to `to` (exclusive); null is open. */
export interface IdRange {
  readonly from: IdToken | null;
  readonly to: IdToken | null;
  /** Of a collection whose shards have keys; null elsewhere. */
  readonly shardKey: string | number | null;
}

export interface ScanInput {
  readonly physical: string;
  readonly range: IdRange;
  /** A Qdrant filter. */
  readonly filter?: unknown;
  /** Vectors that come along: none, or those of these names; absent: all. */
  readonly vectors?: false | readonly string[];
  /** Shared by scans of one collection; see createPageSize. */
  readonly pageSize: PageSize;
  /** Points that are thought to lie in the range, a whole number; absent: nobody knows. */
  readonly expectedPoints?: number;
  /** Pages are read into memory of it, one after the other: a page is then good only until the next one is asked for. */
  readonly pool?: PagePool;
}

/** Points in the order of ids, a page at a time. @throws QdxError `verification` where the server's order is not that. */
export async function* scanRange(
  connection: Connection,
  input: ScanInput,
  run: RunOptions = {},
): AsyncGenerator<readonly RawPoint[], void, undefined> {
  const memory = input.pool?.take();
  try {
    yield* scanPages(connection, input, memory, run);
  } finally {
    if (memory) input.pool?.give(memory);
  }
}

async function* scanPages(
  connection: Connection,
  input: ScanInput,
  memory: PageMemory | undefined,
  run: RunOptions,
): AsyncGenerator<readonly RawPoint[], void, undefined> {
  const { to } = input.range;
  let offset = input.range.from;
  let last: IdToken | null = null;
  let left = input.expectedPoints;
  for (;;) {
    const page = await requestPage(connection, input, { offset, left, memory }, run);
    const points = to === null ? page.points : page.points.filter(({ id }) => compareIds(id, to) < 0);
    last = assertAscending(input.physical, points, last);
    if (left !== undefined) left -= points.length;
    yield points;
    if (page.next === null || points.length < page.points.length) return;
    if (to !== null && compareIds(page.next, to) >= 0) return;
    if (offset !== null && compareIds(page.next, offset) <= 0) throw outOfOrder(input.physical, page.next, offset);
    offset = page.next;
  }
}

export interface RangeDigest {
  readonly points: number;
  readonly pointsHash: string;
}

/** Count and hash of what lies in a range now. */
export async function digestRange(
  connection: Connection,
  input: ScanInput,
  run: RunOptions & { readonly onPage?: (points: number) => void } = {},
): Promise<RangeDigest> {
  const hash = createPointsHash();
  for await (const points of scanRange(connection, input, run)) {
    for (const { line } of points) hash.add(line);
    run.onPage?.(points.length);
  }
  return { points: hash.points, pointsHash: hash.digest() };
}

export interface PageSize {
  readonly limit: number;
  learn(points: number, bytes: number): void;
  /** True where a smaller page may be taken. */
  shrinkFor(error: QdxError): boolean;
}

/** What a page should weigh: measured, larger ones are no faster. */
const pageBytes = 4 * 1024 * 1024;
const mostPageBytes = 64 * 1024 * 1024;
const mostPoints = 1000;

export function createPageSize(): PageSize {
  // Small at first: nothing is known, and points of 10 MB are allowed.
  let limit = 4;
  let cap = mostPoints;
  return {
    get limit() {
      return limit;
    },
    learn(points, bytes) {
      if (points === 0) return;
      const fitting = Math.floor((pageBytes * points) / bytes);
      limit = Math.max(1, Math.min(cap, fitting, limit * 4));
    },
    shrinkFor({ message, details }) {
      // Strict mode names its limit; an answer that is too large can only be halved.
      const stated = /Limit exceeded \d+ > (\d+) for "limit"/u.exec(message)?.[1];
      const isTooLarge = details?.['code'] === 'answer-too-large';
      if ((stated === undefined && !isTooLarge) || limit === 1) return false;
      cap = Math.max(1, stated === undefined ? Math.floor(limit / 2) : Math.min(Number(stated), limit - 1));
      limit = Math.min(limit, cap);
      return true;
    },
  };
}

/** Where a range turns out longer than expected: the first page is this share of a whole one. */
const overrunShare = 1 / 8;

/**
 * A scroll has no upper border: what a page holds beyond its range was read for nothing. So pages are of even size, and end
 * where the range is thought to end.
 */
function limitOf({ limit }: PageSize, left: number | undefined): number {
  if (left === undefined) return limit;
  if (left <= 0) return Math.min(limit, Math.max(Math.ceil(limit * overrunShare), -left));
  return Math.ceil(left / Math.ceil(left / limit));
}

interface PageStart {
  readonly offset: IdToken | null;
  /** Points that are thought to be left of the range from there. */
  readonly left: number | undefined;
  readonly memory: PageMemory | undefined;
}

async function requestPage(
  connection: Connection,
  input: ScanInput,
  { offset, left, memory }: PageStart,
  { signal }: RunOptions,
): Promise<RawPage> {
  const { physical, filter, pageSize, range, vectors } = input;
  for (;;) {
    const body = {
      limit: limitOf(pageSize, left),
      with_payload: true,
      with_vector: vectors ?? true,
      ...(offset !== null && { offset: idValue(offset) }),
      ...(filter !== undefined && { filter }),
      ...(range.shardKey !== null && { shard_key: range.shardKey }),
    };
    const read = (bytes: Buffer) => {
      const page = cutPage(bytes);
      pageSize.learn(page.points.length, bytes.length);
      return page;
    };
    try {
      return await connection.requestRaw('POST', pointsPath(physical, '/scroll'), read, {
        body,
        // Points may become larger all of a sudden: rather ask again for fewer than hold a thousand of these.
        ...(pageSize.limit > 1 && { maxAnswerBytes: mostPageBytes }),
        ...(memory && { memory }),
        ...(signal && { signal }),
      });
    } catch (error) {
      if (!isQdxError(error) || !pageSize.shrinkFor(error)) throw error;
    }
  }
}

/** As JSON values go: integers as bigint, UUIDs as strings. */
export const idValue = (token: IdToken): string | bigint => (token.startsWith('"') ? displayId(token) : BigInt(token));

function assertAscending(physical: string, points: readonly RawPoint[], last: IdToken | null): IdToken | null {
  let before = last;
  for (const { id } of points) {
    if (before !== null && compareIds(id, before) <= 0) throw outOfOrder(physical, id, before);
    before = id;
  }
  return before;
}

const outOfOrder = (physical: string, id: IdToken, before: IdToken): QdxError =>
  new QdxError(
    'verification',
    `the server scrolls ${physical} out of order: point ${displayId(id)} comes after ${displayId(before)}`,
    { hint: 'if shards are being moved, wait until they are; otherwise one id lies in two shards' },
  );
