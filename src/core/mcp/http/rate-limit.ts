/**
 * How many calls are answered: a bucket that holds some and is filled at an even rate.
 */

export interface RateLimit {
  /** 0: go on. Otherwise seconds until it is worth asking again. */
  take(): number;
}

/** A sixth of a minute's calls may come at once. @param now Milliseconds that only grow. */
export function createRateLimit(perMinute: number, now: () => number = () => performance.now()): RateLimit {
  const most = Math.max(1, Math.ceil(perMinute / 6));
  const perMs = perMinute / 60_000;
  let tokens = most;
  let filledAt = now();
  return {
    take: () => {
      const time = now();
      tokens = Math.min(most, tokens + (time - filledAt) * perMs);
      filledAt = time;
      if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
      tokens -= 1;
      return 0;
    },
  };
}
