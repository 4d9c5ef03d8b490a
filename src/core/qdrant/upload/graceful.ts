/**
 * Stopping without throwing away what is nearly done.
 */

/** A signal that follows `signal` with a delay: what is on its way then has `graceMs` to finish. */
export function graceful(signal: AbortSignal | undefined, graceMs: number): { readonly signal?: AbortSignal } {
  if (!signal) return {};
  const later = new AbortController();
  const stop = (): void => {
    const timer = setTimeout(() => later.abort(signal.reason), graceMs);
    timer.unref();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return { signal: later.signal };
}
