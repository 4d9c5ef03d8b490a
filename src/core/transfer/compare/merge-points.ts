/**
 * Compares two streams of points that come in the order of ids, in one pass and with a page of each in memory.
 */
import { jsonFields } from '../../../lib/json-bytes.ts';
import { displayId } from '../point-order.ts';
import type { RawPoint } from '../raw-points.ts';
import { pairById } from './cursor.ts';
import { createDifferenceLists, type PointDifferences } from './difference-lists.ts';

type Pages = AsyncIterable<readonly RawPoint[]>;

export interface PointComparison {
  /** Both streams in the order of ids; may be called for several pairs of streams. */
  add(expected: Pages, actual: Pages): Promise<void>;
  result(): PointDifferences;
}

/** `onPoints` hears of how many were looked at so far. */
export function createPointComparison(onPoints: (done: number) => void): PointComparison {
  const lists = createDifferenceLists();
  let looked = 0;
  const look = () => {
    if (++looked % 1000 === 0) onPoints(looked);
  };
  const compare = (expected: RawPoint, actual: RawPoint): void => {
    const isEqual = expected.line.equals(actual.line);
    lists.compared(isEqual);
    if (isEqual) return;
    const [was, is] = [jsonFields(expected.line), jsonFields(actual.line)];
    if (!sameField(was, is, 'payload')) lists.changedPayload.add(displayId(expected.id));
    if (!sameField(was, is, 'vector')) lists.changedVectors.add(displayId(expected.id));
  };
  return {
    async add(expectedPages, actualPages) {
      for await (const [expected, actual] of pairById(expectedPages, actualPages)) {
        look();
        if (!expected) lists.extra.add(displayId(actual.id));
        else if (!actual) lists.missing.add(displayId(expected.id));
        else compare(expected, actual);
      }
    },
    result: () => lists.result(),
  };
}

const sameField = (a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>, key: string): boolean =>
  a.get(key)?.equals(b.get(key) ?? Buffer.alloc(0)) ?? false;
