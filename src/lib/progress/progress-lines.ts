/**
 * Progress where nothing can be redrawn: a line when a stage starts, then for each tenth of it or each half minute,
 * and never two within a second.
 */
import type { Output } from '../output.ts';
import type { ProgressFace } from './progress.ts';
import { progressLine, type StageProgress } from './progress-figures.ts';

const everyMs = 30_000;
const leastMs = 1000;

export function createLines(output: Output): ProgressFace {
  let last: { stage: string; atMs: number; done: number } | null = null;
  return {
    show(progress, nowMs) {
      if (last?.stage === progress.stage && !isDue(progress, last, nowMs)) return;
      output.note(progressLine(progress, nowMs));
      last = { stage: progress.stage, atMs: nowMs, done: progress.done };
    },
    end() {
      last = null;
    },
  };
}

/** The end of a stage has its own line. */
function isDue({ done, total }: StageProgress, last: { atMs: number; done: number }, nowMs: number): boolean {
  const sinceMs = nowMs - last.atMs;
  if (sinceMs < leastMs || (total !== undefined && done >= total)) return false;
  const tenthsOf = (count: number) => (total === undefined ? 0 : Math.floor((count * 10) / total));
  return tenthsOf(done) > tenthsOf(last.done) || sinceMs >= everyMs;
}
