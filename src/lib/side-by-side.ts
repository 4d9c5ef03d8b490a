/**
 * Two jobs at once.
 */

/** Results of both. Where one fails, the other is told to stop and waited for. @throws what failed first. */
export async function sideBySide<A, B>(
  first: (signal: AbortSignal) => Promise<A>,
  second: (signal: AbortSignal) => Promise<B>,
  signal?: AbortSignal,
): Promise<[A, B]> {
  const stop = new AbortController();
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const jobs = [first(both), second(both)] as const;
  try {
    return await Promise.all(jobs);
  } finally {
    stop.abort();
    await Promise.allSettled(jobs);
  }
}
