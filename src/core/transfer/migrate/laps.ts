/**
 * How long each stage of a run took.
 */
export interface Laps {
  /** Ends a stage: the time since the one before. */
  (stage: string): void;
  readonly timesMs: Readonly<Record<string, number>>;
}

export function createLaps(): Laps {
  const timesMs: Record<string, number> = {};
  let last = performance.now();
  const lap = (stage: string): void => {
    const now = performance.now();
    timesMs[stage] = Math.round(now - last);
    last = now;
  };
  return Object.assign(lap, { timesMs });
}
