/**
 * What of the late writes is in the new collection already: a line before a point is changed there, and one after it, in a file
 * beside the scans. A run that goes on after a kill tells by it what it did itself from what somebody else wrote since.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../../lib/read-if-there.ts';
import { throwWriteError } from '../../../lib/file-bytes.ts';
import { compareIds, type IdToken } from '../points/point-order.ts';
import type { RawPoint } from '../points/raw-points.ts';
import type { IdRange } from '../points/scan-range.ts';
import type { AmendedEntries, IndexFolder, ScanIndex } from './scan-index.ts';

type ShardKey = IdRange['shardKey'];

interface CarriedPoint {
  readonly shardKey: ShardKey;
  readonly id: IdToken;
  /** Hash of the old collection's point; null: it was deleted there. */
  readonly old: string | null;
  /** Hash of what that became in the new collection; null: it was deleted. */
  readonly current: string | null;
}

/** Of this point it is not known whether the new collection has it: the run was killed in that moment. */
interface BegunPoint {
  readonly shardKey: ShardKey;
  readonly id: IdToken;
  /** The old collection's point; null: it was deleted there. */
  readonly source: RawPoint | null;
}

export interface CarriedLog {
  find(shardKey: ShardKey, id: IdToken): CarriedPoint | undefined;
  /** Points that were begun and not done. */
  readonly begun: readonly BegunPoint[];
  /** Before the new collection is changed. */
  begin(point: BegunPoint): Promise<void>;
  done(point: CarriedPoint): Promise<void>;
  /** The scan that late writes are found by, as far as they are carried over. */
  amend(index: ScanIndex): ScanIndex;
  close(): Promise<void>;
}

const fileName = 'carried.jsonl';
const pathIn = ({ path }: IndexFolder): string => join(path, fileName);

/** For a switch that is about to be made: what an earlier one carried over is none of its business. */
export const dropCarriedLog = (folder: IndexFolder): Promise<void> => rm(pathIn(folder), { force: true });

export async function openCarriedLog(folder: IndexFolder): Promise<CarriedLog> {
  const path = pathIn(folder);
  const { carried, begun } = readLines((await readIfThere(path)) ?? '');
  const handle = await open(path, 'a').catch((error: unknown) => throwWriteError(path, error));
  const append = createAppender(handle, path);
  // A line that a kill cut short ends here.
  await append('\n');
  return {
    find: (shardKey, id) => carried.get(keyOf({ shardKey, id })),
    begun: [...begun.values()],
    begin: async ({ shardKey, id, source }) =>
      append(`${JSON.stringify({ shardKey, id, source: source?.line.toString('base64') ?? null })}\n`),
    async done(point) {
      carried.set(keyOf(point), point);
      const { shardKey, id, old, current } = point;
      await append(`${JSON.stringify({ shardKey, id, old, current })}\n`);
    },
    amend: (index) => amendIndex(index, [...carried.values()]),
    close: async () => handle.close(),
  };
}

const keyOf = ({ shardKey, id }: Pick<CarriedPoint, 'shardKey' | 'id'>): string => `${JSON.stringify(shardKey)} ${id}`;

/** One line after the other, whoever writes. */
function createAppender(handle: FileHandle, path: string): (text: string) => Promise<void> {
  let last = Promise.resolve();
  return (text) => {
    last = last.then(async () => handle.appendFile(text)).catch((error: unknown) => throwWriteError(path, error));
    return last;
  };
}

type Line = Omit<CarriedPoint, 'old' | 'current'> &
  ({ readonly source: string | null } | Pick<CarriedPoint, 'old' | 'current'>);

function readLines(text: string) {
  const carried = new Map<string, CarriedPoint>();
  const begun = new Map<string, BegunPoint>();
  for (const each of text.split('\n')) {
    const line = parseLine(each);
    if (!line) continue;
    const key = keyOf(line);
    const { shardKey, id } = line;
    if ('source' in line) {
      const source = line.source === null ? null : { id, line: Buffer.from(line.source, 'base64') };
      begun.set(key, { shardKey, id, source });
      continue;
    }
    begun.delete(key);
    carried.set(key, { shardKey, id, old: line.old, current: line.current });
  }
  return { carried, begun };
}

/** Null for the line that a kill cut short: its point was not changed, or is known as begun. */
function parseLine(text: string): Line | null {
  try {
    return text === '' ? null : (JSON.parse(text) as Line);
  } catch {
    return null;
  }
}

function amendIndex({ ranges }: ScanIndex, carried: readonly CarriedPoint[]): ScanIndex {
  if (carried.length === 0) return { ranges };
  return {
    ranges: ranges.map((index) => {
      const own = carried.filter((point) => isIn(point, index.range)).toSorted((a, b) => compareIds(a.id, b.id));
      const amended: AmendedEntries = own.map(({ id, old }) => ({ id, hash: old }));
      return amended.length === 0 ? index : { ...index, amended };
    }),
  };
}

const isIn = ({ shardKey, id }: CarriedPoint, range: IdRange): boolean =>
  shardKey === range.shardKey &&
  (range.from === null || compareIds(id, range.from) >= 0) &&
  (range.to === null || compareIds(id, range.to) < 0);
