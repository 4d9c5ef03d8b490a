/**
 * Two streams of points in the order of ids, point beside point, with a page of each in memory.
 */
import { compareIds } from '../point-order.ts';
import type { RawPoint } from '../raw-points.ts';
import { createCursor } from './cursor.ts';

type Pages = AsyncIterable<readonly RawPoint[]>;

/** Points of one id, where both have it; else one of the two alone. */
export interface PointPair {
  readonly expected: RawPoint | null;
  readonly actual: RawPoint | null;
}

/** In the order of ids. */
export async function* pairPoints(
  expectedPages: Pages,
  actualPages: Pages,
): AsyncGenerator<PointPair, void, undefined> {
  const [left, right] = [createCursor(expectedPages), createCursor(actualPages)];
  try {
    for (;;) {
      const [expected, actual] = [await left.peek(), await right.peek()];
      if (!expected && !actual) return;
      const order = !expected ? 1 : !actual ? -1 : compareIds(expected.id, actual.id);
      yield { expected: order <= 0 ? expected : null, actual: order >= 0 ? actual : null };
      if (order <= 0) left.advance();
      if (order >= 0) right.advance();
    }
  } finally {
    await left.close();
    await right.close();
  }
}
