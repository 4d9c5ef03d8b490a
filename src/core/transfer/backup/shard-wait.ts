/**
 * The point at which the shards of one backup wait for each other: all have read before one compares.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { LockOwner } from '../../qdrant/lock.ts';
import { listHolders } from '../../qdrant/lock/holders.ts';
import { looksOld } from '../../qdrant/lock/stale.ts';
import { defaultTiming } from '../../qdrant/lock/timing.ts';
import { listNotes, type ShardNote } from './shard-records.ts';

export interface ShardParams {
  /** The same on every machine. */
  readonly runId: string;
  /** 1-based. */
  readonly shard: number;
  readonly shards: number;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
  /** How long a shard waits for others of which nothing is seen: machines do not start at the same second. */
  readonly patienceMs: number;
}

/** In the writer lock, beside runs of other commands. */
export const lockRunId = ({ runId }: Pick<ShardParams, 'runId'>): string => `backup ${runId}`;

const pollMs = 500;

/** @throws QdxError `partial` where some have not read it, and no other machine is at work. */
export async function waitForOthers(
  connection: Connection,
  params: ShardParams,
  lockNames: readonly string[],
  collection: string,
  run: RunOptions,
): Promise<void> {
  const { patienceMs } = params;
  let seenAt = performance.now();
  for (let isTold = false; ; isTold = true) {
    run.signal?.throwIfAborted();
    const missing = unread(await listNotes(connection, params.runId), params, collection);
    if (missing.length === 0) return;
    if (await othersAreAtWork(connection, params, lockNames)) seenAt = performance.now();
    if (performance.now() - seenAt >= patienceMs) throw othersMissing(params, collection, missing);
    const message = `waiting until ${shardsText(missing)} of run ${params.runId} ${missing.length === 1 ? 'has' : 'have'} read ${collection}`;
    if (!isTold) run.onEvent?.({ type: 'note', message });
    await sleep(Math.min(pollMs, patienceMs), undefined, run.signal ? { signal: run.signal } : {});
  }
}

const unread = (notes: readonly ShardNote[], { shards }: ShardParams, collection: string): number[] => {
  const read = new Set(notes.filter((note) => note.isDone || note.read.includes(collection)).map(({ shard }) => shard));
  return Array.from({ length: shards }, (_, index) => index + 1).filter((shard) => !read.has(shard));
};

/** Another process holds the lock of this run, and has renewed it lately. */
async function othersAreAtWork(
  connection: Connection,
  params: ShardParams,
  [name = '']: readonly string[],
): Promise<boolean> {
  const { owner } = params;
  const isMe = (other: LockOwner) =>
    other.pid === owner.pid && other.host === owner.host && other.startedAt === owner.startedAt;
  return (await listHolders(connection, name)).some(
    (holder) =>
      holder.runId === lockRunId(params) && !isMe(holder.owner) && !looksOld(holder, defaultTiming.staleAfterMs),
  );
}

const othersMissing = ({ runId, shard, shards }: ShardParams, collection: string, missing: readonly number[]) =>
  new QdxError(
    'partial',
    `shard ${shard}/${shards} of run ${runId} has read its part of ${collection}, ${shardsText(missing)} ` +
      `${missing.length === 1 ? 'has' : 'have'} not, and no other machine of this run is at work`,
    {
      hint: 'run those, then this command again: it goes on where it is. --no-second-scan waits for nobody',
      details: { runId, collection, missing },
    },
  );

const shardsText = (missing: readonly number[]): string =>
  `${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')}`;
