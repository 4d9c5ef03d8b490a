/**
 * How fast windows are answered, as seen so far.
 */
export interface Speed {
  add(this: void, windowMs: number): void;
  /** Mean of the last ones; null before the first. */
  windowMs(): number | null;
}

/** Enough to be steady, few enough to follow an endpoint that becomes slower. */
const kept = 20;

export function createSpeed(): Speed {
  const times: number[] = [];
  return {
    add: (windowMs) => {
      times.push(windowMs);
      if (times.length > kept) times.shift();
    },
    windowMs: () => (times.length === 0 ? null : times.reduce((sum, time) => sum + time, 0) / times.length),
  };
}
