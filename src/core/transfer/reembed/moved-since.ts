/**
 * Points that were written in the source since it was last read: what the target has of them is carried over later, and is no
 * difference.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { retrieveRaw } from '../delta/conditional.ts';
import { lineHash, readEntries, type ScanIndex } from '../delta/scan-index.ts';
import type { Side } from '../points/side.ts';
import type { IdToken } from '../points/point-order.ts';
import type { IdRange } from '../points/scan-range.ts';

/** Of `ids`, all of one shard key, those that are in the source otherwise than `index` says. */
export async function movedSince(
  source: Side,
  index: ScanIndex,
  shardKey: IdRange['shardKey'],
  ids: ReadonlySet<IdToken>,
  run: RunOptions,
): Promise<ReadonlySet<IdToken>> {
  const before = await hashesOf(index, shardKey, ids);
  const now = new Map<IdToken, string>();
  for (const { id, line } of await retrieveRaw(source, [...ids], shardKey, run)) now.set(id, lineHash(line));
  return new Set([...ids].filter((id) => before.get(id) !== now.get(id)));
}

async function hashesOf(
  { ranges }: ScanIndex,
  shardKey: IdRange['shardKey'],
  ids: ReadonlySet<IdToken>,
): Promise<ReadonlyMap<IdToken, string>> {
  const found = new Map<IdToken, string>();
  for (const range of ranges)
    if (range.range.shardKey === shardKey)
      for await (const entries of readEntries(range))
        for (const { id, hash } of entries) if (ids.has(id)) found.set(id, hash);
  return found;
}
