/**
 * Which ids were in the input, and on which line first: for duplicates, and for comparing with the collection afterwards.
 *
 * Flat memory, about 30 bytes an id at most 60 while growing: 200,000 ids take 6 MB, 10 million 400 MB.
 */
import { createKeyTable, type KeyTable } from '../../../lib/key-table.ts';
import type { PointId } from '../collection/points.ts';

export interface SeenIds {
  readonly size: number;
  /** Remembers an id (canonical UUID, or integer). Returns the line where it was first, undefined where it is new. */
  add(id: PointId, line: number): number | undefined;
  /** Of an id another number than the one it was added with. */
  set(id: PointId, value: number): void;
  get(id: PointId): number | undefined;
  has(id: PointId): boolean;
  /** Every id, integers first. */
  ids(): Generator<string | bigint, void, undefined>;
}

export function createSeenIds(expected = 1024): SeenIds {
  // Apart, because integer 1 and UUID 00000000-0000-0000-0000-000000000001 have the same 128 bits.
  const integers = createKeyTable(16);
  const uuids = createKeyTable(Math.min(expected, 1_000_000));
  const key = Buffer.alloc(16);
  /** Writes the id's key into `key` and says which table it belongs to. */
  const tableOf = (id: PointId): KeyTable => {
    if (typeof id === 'string') {
      key.write(id.replaceAll('-', ''), 0, 'hex');
      return uuids;
    }
    key.fill(0);
    key.writeBigUInt64BE(BigInt(id), 8);
    return integers;
  };
  const remember = (table: KeyTable, line: number): number | undefined => {
    const before = table.get(key);
    if (before === undefined) table.set(key, line);
    return before;
  };
  return {
    get size() {
      return integers.size + uuids.size;
    },
    add: (id, line) => remember(tableOf(id), line),
    set: (id, value) => {
      tableOf(id).set(key, value);
    },
    get: (id) => tableOf(id).get(key),
    has: (id) => tableOf(id).get(key) !== undefined,
    *ids() {
      for (const bytes of integers.keys()) yield Buffer.from(bytes).readBigUInt64BE(8);
      for (const bytes of uuids.keys()) yield uuidOf(Buffer.from(bytes).toString('hex'));
    },
  };
}

const uuidOf = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
