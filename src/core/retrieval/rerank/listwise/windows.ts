/**
 * Windows over a list, from its end to its start, as CodeRankLLM was evaluated (window 10, step 5): a text that belongs to
 * the top is carried there from window to window.
 */
export const windowSize = 10;
const windowStep = 5;

/** `[start, end)` of each window, in the order in which they are run. One for a list that fits. */
export function windowsOf(count: number): (readonly [start: number, end: number])[] {
  const windows: [number, number][] = [];
  for (let end = count; end > 0; end -= windowStep) {
    const start = Math.max(0, end - windowSize);
    windows.push([start, end]);
    if (start === 0) break;
  }
  return windows;
}

/** The longest list that this many windows pass over; 0 windows none. */
export const depthOf = (windows: number): number => (windows < 1 ? 0 : windowSize + (windows - 1) * windowStep);
