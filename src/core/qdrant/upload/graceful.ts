/**
 * Stopping without throwing away what is nearly done.
 */
import { setMaxListeners } from 'node:events';

export interface StopSignals {
  /** What is on its way then has `graceMs` to finish. */
  readonly signal?: AbortSignal;
  /** Nothing more may be written from then on. */
  readonly atOnce?: AbortSignal;
}

/** A signal that follows `signal` with a delay, and `atOnce` without. */
export function graceful({ signal, atOnce }: StopSignals, graceMs: number): { readonly signal?: AbortSignal } {
  if (!signal && !atOnce) return {};
  const later = new AbortController();
  // Every batch on its way listens; see cli/signals.ts.
  setMaxListeners(0, later.signal);
  whenAborted(atOnce, (reason) => later.abort(reason));
  whenAborted(signal, (reason) => {
    setTimeout(() => later.abort(reason), graceMs).unref();
  });
  return { signal: later.signal };
}

function whenAborted(signal: AbortSignal | undefined, act: (reason: unknown) => void): void {
  if (signal?.aborted) act(signal.reason);
  else signal?.addEventListener('abort', () => act(signal.reason), { once: true });
}
