/**
 * Splitting one run over machines: which shard a point belongs to depends on its id alone.
 */
import { createHash } from 'node:crypto';
import { QdxError } from '../../lib/errors.ts';

export interface Shard {
  /** 1-based. */
  readonly shard: number;
  readonly shards: number;
}

export const wholeRun: Shard = { shard: 1, shards: 1 };

const mostShards = 10_000;

/** @throws QdxError `usage` for anything but `i/n` with 1 <= i <= n. */
export function parseShard(text: string): Shard {
  const [, shard, shards] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (!shard || !shards || shard > shards || shards > mostShards)
    throw new QdxError('usage', `--shard ${text} is not a shard: it is i/n, from 1/n to n/n`, {
      hint: 'two machines: --shard 1/2 --run ID on one, --shard 2/2 --run ID on the other',
    });
  return { shard, shards };
}

/** The shard of a point by its canonical id (docs/vectors-file.md). Hashed, so that any kind of ids spreads evenly. */
export function shardOf(id: string | number | bigint, shards: number): number {
  if (shards === 1) return 1;
  return 1 + (createHash('sha256').update(String(id)).digest().readUInt32BE(0) % shards);
}
