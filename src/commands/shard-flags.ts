/**
 * `--shard i/n --run ID`, wherever several machines do one thing together.
 */
import { parseShard, type Shard, wholeRun } from '../core/vectors/shard.ts';
import { QdxError } from '../lib/errors.ts';

export interface ShardFlags {
  readonly shard: Shard;
  readonly runId?: string;
}

/** @throws QdxError `usage` for a shard of a run that has no name. */
export function shardFlags(flags: Readonly<Record<string, unknown>>): ShardFlags {
  const typed = {
    shard: typeof flags['shard'] === 'string' ? parseShard(flags['shard']) : wholeRun,
    ...(typeof flags['run'] === 'string' && { runId: flags['run'] }),
  };
  if (typed.shard.shards === 1 || typed.runId !== undefined) return typed;
  throw new QdxError('usage', '--shard needs --run: all shards of one run have one id', {
    hint: `add --run ${new Date().toISOString().slice(0, 10)}, the same on every machine`,
  });
}
