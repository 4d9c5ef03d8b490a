/**
 * Waiting until a collection is ready: `green` with its optimizer `ok`. The count of indexed vectors is no test (segments
 * below the threshold stay without an index for ever).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { type CollectionInfo, readCollectionInfo } from './collection-info.ts';
import type { Connection } from '../connection/connection.ts';
import { shellText } from '../../../lib/shell-line.ts';

const pollMs = 250;
/** A batch shows as yellow 1-3 ms after its answer: one green alone may be too early. */
const greensInRow = 2;

/** The count of indexed vectors grows by whole segments, and a large one takes long: an hour without any is no progress. */
const stalledAfterMs = 3600 * 1000;

/**
 * Polls until ready. A `grey` collection (after a crash) never becomes green by itself: an empty change wakes it, once.
 * @throws QdxError `failed` where the optimizer failed, `temporary` where no further vector is indexed for an hour; the signal's reason.
 */
export async function waitUntilReady(
  connection: Connection,
  physical: string,
  run: RunOptions & { readonly stalledAfterMs?: number } = {},
): Promise<CollectionInfo> {
  const { signal } = run;
  const limitMs = run.stalledAfterMs ?? stalledAfterMs;
  let indexed = { count: -1, at: 0 };
  let isWoken = false;
  for (let greens = 0, polls = 0; ; polls++) {
    const info = await readCollectionInfo(connection, physical, signal);
    assertHealthy(physical, info);
    greens = info.status === 'green' && info.optimizer_status === 'ok' ? greens + 1 : 0;
    if (greens >= greensInRow) return info;
    const count = info.indexed_vectors_count ?? 0;
    if (count !== indexed.count) indexed = { count, at: performance.now() };
    if (performance.now() - indexed.at > limitMs) throw notReady(physical, info, limitMs);
    if (info.status === 'grey' && !isWoken) await wakeOptimizer(connection, physical);
    isWoken ||= info.status === 'grey';
    if (polls > 0 && greens === 0) announce(info, run);
    await pause(signal);
  }
}

/** @throws the signal's own reason where it ends the wait. */
const pause = (signal: AbortSignal | undefined): Promise<void> =>
  sleep(pollMs, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });

const notReady = (physical: string, { status }: CollectionInfo, limitMs: number): QdxError =>
  new QdxError(
    'temporary',
    `collection ${physical} is still ${status}: no further vector was indexed for ${Math.round(limitMs / 1000)} s`,
    {
      hint: shellText`the points are kept and searched without an index until it is there; follow it with: qdx stats ${physical}`,
    },
  );

const wakeOptimizer = (connection: Connection, physical: string): Promise<unknown> =>
  connection.request('PATCH', `/collections/${encodeURIComponent(physical)}`, { body: { optimizers_config: {} } });

function assertHealthy(physical: string, info: CollectionInfo): void {
  if (info.status !== 'red' && info.optimizer_status === 'ok') return;
  const reason = info.optimizer_status === 'ok' ? 'its status is red' : info.optimizer_status.error;
  throw new QdxError('failed', `collection ${physical} cannot be indexed: ${reason}`, {
    hint: shellText`the points are kept; look into the server's log, then run: qdx stats ${physical}`,
  });
}

function announce(info: CollectionInfo, run: RunOptions): void {
  const done = info.indexed_vectors_count ?? 0;
  run.onEvent?.({ type: 'progress', stage: 'indexing', done, unit: 'vectors' });
}
