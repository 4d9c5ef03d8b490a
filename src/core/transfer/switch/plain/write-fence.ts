/**
 * A fence before a collection that is about to be given up: strict mode allows it one write a minute and shard, and qdx uses
 * that one up. Everybody else's writes are answered with 429 "retry later", reads go on, so that what is read now is all
 * there is.
 *
 * Measured on Qdrant 1.16.3: upserts, deletes and payload changes, by id, by filter and in batches, are refused alike; the
 * next write to a shard is allowed 60 s after the last one. A run that finds the fence of a killed one takes it down
 * (strict-mode.ts).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isQdxError } from '../../../../lib/errors.ts';
import type { RunOptions } from '../../../../lib/events.ts';
import { type CollectionInfo, readCollectionInfo } from '../../../qdrant/collection/collection-info.ts';
import { pointsPath } from '../../../qdrant/collection/points.ts';
import { countPeers } from '../../../qdrant/collection/system-collection.ts';
import type { Connection } from '../../../qdrant/connection/connection.ts';
import { changeStrictMode, restoreStrictMode, strictModeOf } from '../../collection/strict-mode.ts';

export interface WriteFence {
  /** False once so much time has gone by, or has in `forMs`, that somebody may have written again. */
  holds(forMs?: number): boolean;
  /** Holds from now on again; somebody may have written in between. */
  renew(): Promise<void>;
  /** Gives the collection its strict mode back. */
  lift(): Promise<void>;
}

/** Of the 60 s after which the server's limiter allows another write. */
const holdsMs = 55_000;
/** Ids hash to shards at random: one shard of `n` is missed by `n` times so many of them with probability e^-32. */
const probesPerShard = 32;
const probesAtOnce = 16;
/** Writes that were accepted without waiting are done by then. */
const settleMs = 500;

/** False on a cluster, where each replica counts for itself, and with shard keys: there writers have to be stopped otherwise. */
export async function canRaiseFence(connection: Connection, physical: string, run: RunOptions): Promise<boolean> {
  const info = await readCollectionInfo(connection, physical, run.signal);
  return !isCustomSharded(info) && (await countPeers(connection)) <= 1;
}

/** Null where it cannot be proven to hold (`canRaiseFence`). */
export async function raiseFence(
  connection: Connection,
  physical: string,
  run: RunOptions,
): Promise<WriteFence | null> {
  const info = await readCollectionInfo(connection, physical, run.signal);
  if (!(await canRaiseFence(connection, physical, run))) return null;
  const strictMode = { before: strictModeOf(info), change: { enabled: true, write_rate_limit: 1 } };
  let raisedAt = 0;
  // Set once more, the limiter starts anew (measured on 1.16.3): one write a shard, which is used up again.
  const raise = async (): Promise<void> => {
    raisedAt = performance.now();
    await changeStrictMode(connection, physical, strictMode);
    await useUpWrites(connection, physical, (info.config.params.shard_number ?? 1) * probesPerShard);
    await sleep(settleMs);
  };
  try {
    await raise();
  } catch (error) {
    await restoreStrictMode(connection, physical);
    throw error;
  }
  return {
    holds: (forMs = 0) => performance.now() - raisedAt + forMs < holdsMs,
    renew: raise,
    lift: async () => {
      await restoreStrictMode(connection, physical);
    },
  };
}

const isCustomSharded = ({ config }: CollectionInfo): boolean =>
  (config.params as { readonly sharding_method?: string }).sharding_method === 'custom';

/** Taken or refused: after either, the shard that was asked takes no write for a minute. */
async function useUpWrites(connection: Connection, physical: string, probes: number): Promise<void> {
  for (let sent = 0; sent < probes; sent += probesAtOnce)
    await Promise.all(Array.from({ length: probesAtOnce }, async () => writeNothing(connection, physical)));
}

/** Deletes a point that is not there. The limit, which stands before it or which it has reached, is no failure. */
async function writeNothing(connection: Connection, physical: string): Promise<void> {
  const limited = new AbortController();
  // The connection would wait for the server's "retry later".
  const onRetry = (_attempt: number, _waitMs: number, reason: string): void => {
    if (reason === 'status 429') limited.abort();
  };
  const body = { points: [randomUUID()] };
  const options = { query: { wait: true }, body, onRetry, signal: limited.signal };
  try {
    await connection.request('POST', pointsPath(physical, '/delete'), options);
  } catch (error) {
    if (limited.signal.aborted || (isQdxError(error) && error.details?.['status'] === 429)) return;
    throw error;
  }
}
