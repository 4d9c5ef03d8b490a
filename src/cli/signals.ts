/**
 * Ctrl-C and friends: the first one stops the run after what is in flight, the second one at once.
 */
import { setMaxListeners } from 'node:events';
import { exitCodes, QdxError } from '../lib/errors.ts';
import type { Output } from '../lib/output.ts';

export interface SignalListener {
  /** Aborts with the QdxError that a run ends with. */
  readonly signal: AbortSignal;
  stop(): void;
}

const kinds = { SIGINT: 'interrupted', SIGTERM: 'terminated', SIGHUP: 'terminated' } as const;
const names = Object.keys(kinds) as (keyof typeof kinds)[];

export function listenToSignals(process: NodeJS.Process, output: Output): SignalListener {
  const controller = new AbortController();
  // One listener for each text and request on its way, each removed when it is done: bounded, but more than ten.
  setMaxListeners(0, controller.signal);
  const handle = (name: NodeJS.Signals) => {
    const kind = kinds[name as keyof typeof kinds];
    // oxlint-disable-next-line unicorn/no-process-exit -- the second signal asks for exactly this
    if (controller.signal.aborted) process.exit(exitCodes[kind]);
    const again = name === 'SIGINT' ? 'Press Ctrl-C again' : `Send ${name} again`;
    output.note(`stopping; what is done is kept. ${again} to stop at once`);
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
