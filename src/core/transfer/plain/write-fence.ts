/**
 * A fence before a collection that is about to be given up: strict mode allows it one write a minute, and qdx takes that one
 * itself. Everybody else's writes are answered with 429 "retry later", reads go on, so that what is read now is all there is.
 *
 * Measured on Qdrant 1.16.3: upserts, deletes and payload changes, by id, by filter and in batches, are refused alike, on
 * every shard; the next write is allowed 60 s after the last one. What strict mode was before lies in the collection's
 * metadata, so that a run that finds a fence of a killed one can take it down.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions } from '../../../lib/events.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import { countPeers } from '../../qdrant/collection/system-collection.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';

/** Key in a collection's metadata: its strict mode before the fence. */
export const fenceKey = 'qdx_fence';

export interface WriteFence {
  /** False where somebody may have written since it was raised. */
  isUnbroken(): Promise<boolean>;
  /** Gives the collection its strict mode back. */
  lift(): Promise<void>;
}

/** Of the server's limiter: one token a minute. */
const refillMs = 60_000;
/** Before the next token comes, qdx asks for it again and again. */
const askFromMs = 55_000;
const askEveryMs = 200;
/** An own write that comes later than this was not the next one: somebody else's was. */
const lateMs = 90_000;
/** No limit, for a server that cannot forget one. */
const unlimited = 4_294_967_295;

/** Null on a cluster, where each replica counts for itself: there writers have to be stopped otherwise. */
export async function raiseFence(
  connection: Connection,
  physical: string,
  run: RunOptions,
): Promise<WriteFence | null> {
  if ((await countPeers(connection)) > 1) return null;
  const { config } = await readCollectionInfo(connection, physical, run.signal);
  const strict = config.strict_mode_config ?? {};
  await connection.request('PATCH', pathOf(physical), {
    body: {
      strict_mode_config: { ...strict, enabled: true, write_rate_limit: 1 },
      metadata: { [fenceKey]: strict },
    },
  });
  // What was accepted before is done when this is: the server keeps the order of writes.
  if (!(await takeWrite(connection, physical))) {
    await liftFence(connection, physical);
    return null;
  }
  const watch = keepTaking(connection, physical);
  return {
    isUnbroken: () => watch.isUnbroken(),
    lift: async () => {
      watch.stop();
      await liftFence(connection, physical);
    },
  };
}

/** Takes a fence down, also that of a run that was killed. True where there was one. */
export async function liftFence(connection: Connection, physical: string): Promise<boolean> {
  const { config } = await readCollectionInfo(connection, physical);
  const before = config.metadata?.[fenceKey] as Readonly<Record<string, unknown>> | null | undefined;
  if (before === undefined || before === null) return false;
  await connection.request('PATCH', pathOf(physical), {
    body: {
      strict_mode_config: {
        ...before,
        enabled: before['enabled'] ?? false,
        write_rate_limit: before['write_rate_limit'] ?? unlimited,
      },
      metadata: { [fenceKey]: null },
    },
  });
  return true;
}

function keepTaking(connection: Connection, physical: string) {
  let takenAt = performance.now();
  let isBroken = false;
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await sleep(askFromMs - (performance.now() - takenAt), undefined, { signal: over.signal, ref: false });
      while (!(await takeWrite(connection, physical)) && performance.now() - takenAt < lateMs)
        await sleep(askEveryMs, undefined, { signal: over.signal, ref: false });
      if (performance.now() - takenAt >= lateMs) isBroken = true;
      takenAt = performance.now();
    }
  };
  watch().catch(() => {
    if (!over.signal.aborted) isBroken = true;
  });
  return {
    stop: () => over.abort(),
    async isUnbroken() {
      // In the last seconds before the next token nothing is certain.
      while (!isBroken && performance.now() - takenAt > askFromMs) await sleep(askEveryMs);
      return !isBroken;
    },
  };
}

/** Deletes what is not there: a write to every shard that changes nothing. False where the limit stands before it. */
async function takeWrite(connection: Connection, physical: string): Promise<boolean> {
  const body = { filter: { must: [{ has_id: [] }] } };
  // The connection would wait for the server's "retry later".
  const options = { query: { wait: true }, body, repeatable: false, signal: AbortSignal.timeout(askTimeoutMs) };
  return connection.request('POST', pointsPath(physical, '/delete'), options).then(
    () => true,
    () => false,
  );
}

const askTimeoutMs = refillMs / 60;

const pathOf = (physical: string): string => `/collections/${encodeURIComponent(physical)}`;
