/**
 * How long a writer lock holds by itself.
 */
export interface LockTiming {
  readonly renewEveryMs: number;
  /** Without renewal for so long, a lock is stale: its owner stops writing, and another run may take it. */
  readonly staleAfterMs: number;
}

/** Stale after longer than a run waits for its server to come back (connection.retryDeadlineMs), and a renewal after that. */
export const defaultTiming: LockTiming = { renewEveryMs: 10_000, staleAfterMs: 150_000 };
