/**
 * Ctrl-C and friends: the first one stops the run after what is in flight, the second one at once.
 */
import type { Output } from './output.ts';
import { exitCodes, QdxError } from './errors.ts';

export interface SignalListener {
  readonly signal: AbortSignal;
  stop(): void;
}

export function listenToSignals(process: NodeJS.Process, output: Output): SignalListener {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const handle = (name: NodeJS.Signals) => {
    const kind = name === 'SIGINT' ? 'interrupted' : 'terminated';
    // oxlint-disable-next-line unicorn/no-process-exit -- the second signal asks for exactly this
    if (controller.signal.aborted) process.exit(exitCodes[kind]);
    output.note('stopping; what is done is kept. Press Ctrl-C again to stop at once');
    controller.abort(new QdxError(kind, `stopped by ${name}`, { hint: 'run the same command again to go on' }));
  };
  for (const name of names) process.on(name, handle);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) process.off(name, handle);
    },
  };
}
