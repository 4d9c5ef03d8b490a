/**
 * A pool of workers for as long as a run needs it: stopped with the run, and closed by who opened it.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface PoolReasons {
  /** What is said to requests on their way when the run is stopped. */
  readonly stopped: string;
  /** When it is closed before they were answered. */
  readonly closed: string;
}

/** Returns what closes it. @throws QdxError what a worker says while it opens the model. */
export async function openPool(
  pool: Pick<WorkerPool<never, unknown>, 'opened' | 'end'>,
  { stopped, closed }: PoolReasons,
  { signal }: RunOptions,
): Promise<() => void> {
  const onAbort = (): void => pool.end(new QdxError('interrupted', stopped));
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  const stopListening = (): void => signal?.removeEventListener('abort', onAbort);
  await pool.opened.catch((error: unknown) => {
    stopListening();
    throw error;
  });
  return () => {
    stopListening();
    pool.end(new QdxError('interrupted', closed));
  };
}
