import { expect, test } from 'vitest';
import { createPauses } from '../../../src/lib/pauses.ts';

test('work that pauses when it is due lets a timer in, long before it ends', async () => {
  const pauses = createPauses();
  let stepsBefore = 0;
  let steps = 0;
  setTimeout(() => (stepsBefore = steps), 0);
  const endAtMs = performance.now() + 100;
  while (performance.now() < endAtMs) {
    steps++;
    if (pauses.isDue()) await pauses.take();
  }
  expect(stepsBefore).toBeGreaterThan(0);
  expect(stepsBefore).toBeLessThan(steps);
});
