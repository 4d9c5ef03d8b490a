/**
 * Progress for programs: one JSON object a line, at most two a second for a stage, its first and last always.
 */
import type { QdxEvent } from '../events.ts';
import type { Output } from '../output.ts';

const leastMs = 500;

export function createJsonProgress(output: Output, now: () => number) {
  let last: { stage: string; atMs: number } | null = null;
  return (event: Extract<QdxEvent, { type: 'progress' | 'phase' | 'step' }>): void => {
    const atMs = now();
    if (event.type === 'progress') {
      const isLast = event.done === event.total;
      if (last?.stage === event.stage && atMs - last.atMs < leastMs && !isLast) return;
      last = { stage: event.stage, atMs };
    }
    const { type, ...facts } = event;
    output.talkJson({ messageType: type, at: new Date().toISOString(), ...facts });
  };
}
