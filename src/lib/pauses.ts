/**
 * Pauses of work that would keep the thread: between two of its steps, timers, signals and sockets get their turn.
 */
import { setImmediate } from 'node:timers/promises';

export interface Pauses {
  /** Whether others have waited long enough. */
  isDue(): boolean;
  /** Lets everything run that is due. */
  take(): Promise<void>;
}

/** A quarter of the 20 ms that nothing may keep the thread. */
const everyMs = 5;

export function createPauses(): Pauses {
  let lastAtMs = performance.now();
  return {
    isDue: () => performance.now() - lastAtMs >= everyMs,
    take: async () => {
      await setImmediate();
      lastAtMs = performance.now();
    },
  };
}
