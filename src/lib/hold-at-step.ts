/**
 * For fault tests: holds the whole process at a named step, so that it can be killed exactly there. It takes a variable that
 * nobody sets by accident, and nothing but a signal ends the wait.
 */
import { writeSync } from 'node:fs';
import type { OnEvent } from './events.ts';

/** `restore.switched`, or `restore.batch-loaded#3` for its third time. */
export const holdVariable = 'QDX_HOLD_AT_STEP';

const stderr = 2;

/** The same events; the thread stands still at the wanted one, after it was announced. */
export function holdAtStep(wanted: string | undefined, onEvent: OnEvent): OnEvent {
  if (!wanted) return onEvent;
  const [name, count = '1'] = wanted.split('#');
  let left = Number(count);
  return (event) => {
    onEvent(event);
    if (event.type !== 'step' || event.name !== name || --left !== 0) return;
    // Past every buffer: nothing is written after this.
    writeSync(stderr, `held at ${wanted}\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}
