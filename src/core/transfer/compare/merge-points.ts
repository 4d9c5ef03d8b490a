/**
 * Compares two streams of points that come in the order of ids, in one pass and with a page of each in memory.
 */
import { jsonFields } from '../../../lib/json-bytes.ts';
import { displayId } from '../points/point-order.ts';
import type { RawPoint } from '../points/raw-points.ts';
import { pairById } from '../points/cursor.ts';
import { createDifferenceLists, type PointDifferences } from './difference-lists.ts';
import { comparableLine, isSameLine } from '../points/comparable-line.ts';

type Pages = AsyncIterable<readonly RawPoint[]>;

export interface PointComparison {
  /** Both streams in the order of ids; may be called for several pairs of streams. */
  add(expected: Pages, actual: Pages): Promise<void>;
  result(): PointDifferences;
}

/**
 * @param onPoints Hears of how many were looked at so far.
 * @param leftOut Payload keys that are not compared.
 */
export function createPointComparison(
  onPoints: (done: number) => void,
  leftOut: readonly string[] = [],
): PointComparison {
  const lists = createDifferenceLists();
  let looked = 0;
  const look = () => {
    if (++looked % 1000 === 0) onPoints(looked);
  };
  const compare = (expected: RawPoint, actual: RawPoint): void => {
    if (isSameLine(expected.line, actual.line)) return lists.compared(true);
    const [was, is] = [fieldsOf(expected), fieldsOf(actual)];
    const isPayloadSame = sameField(was, is, 'payload') || samePayload(was, is, leftOut);
    const isVectorSame = sameField(was, is, 'vector');
    lists.compared(isPayloadSame && isVectorSame);
    if (!isPayloadSame) lists.changedPayload.add(displayId(expected.id));
    if (!isVectorSame) lists.changedVectors.add(displayId(expected.id));
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

type Fields = ReadonlyMap<string, Buffer>;

/** But for the keys that are left out; the others byte for byte, whatever their order. */
function samePayload(was: Fields, is: Fields, leftOut: readonly string[]): boolean {
  if (leftOut.length === 0) return false;
  const [expected, actual] = [was, is].map((fields) => {
    const payload = fields.get('payload');
    return new Map([...(payload ? jsonFields(payload) : [])].filter(([key]) => !leftOut.includes(key)));
  });
  if (!expected || !actual || expected.size !== actual.size) return false;
  return [...expected].every(([key, value]) => actual.get(key)?.equals(value));
}

const fieldsOf = ({ line }: RawPoint): Fields => jsonFields(comparableLine(line));

const sameField = (a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>, key: string): boolean =>
  a.get(key)?.equals(b.get(key) ?? Buffer.alloc(0)) ?? false;
