/**
 * Percentiles of times, and whether there are enough samples to believe them.
 */
export interface Latency {
  readonly samples: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Figures with fewer samples beyond them than `leastBeyond`, with the reason. */
  readonly untrusted: Readonly<Record<string, string>>;
}

/** A percentile that fewer than two samples lie above is one sample's accident. */
const leastBeyond = 2;

/** Null of no samples. */
export function latencyOf(timesMs: readonly number[]): Latency | null {
  if (timesMs.length === 0) return null;
  const sorted = timesMs.toSorted((a, b) => a - b);
  return {
    samples: sorted.length,
    meanMs: sorted.reduce((sum, time) => sum + time, 0) / sorted.length,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? 0,
    untrusted: Object.fromEntries(
      [0.95, 0.99].flatMap((share) => {
        const needed = Math.ceil(leastBeyond / (1 - share) - 1e-9);
        if (sorted.length >= needed) return [];
        return [[`p${Math.round(share * 100)}Ms`, `${sorted.length} samples, ${needed} are needed`]];
      }),
    ),
  };
}

/** Nearest rank: a time that was really seen. @param sorted Ascending, at least one. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
