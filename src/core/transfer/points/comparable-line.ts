/**
 * What the lines of equal points have in common. A server prints the keys of a payload in the order in which they came; but what one
 * peer of a cluster fetches from another comes with those at the top in another order at each reading (measured, Qdrant 1.16.3;
 * objects inside keep theirs). So lines are kept as they were printed, and compared and hashed with these keys sorted.
 */
import { sha256Hex } from '../../../lib/hash.ts';
import { eachField, endOfJson } from '../../../lib/json-bytes.ts';

const idHead = '{"id":'.length;
const payloadHead = ',"payload":'.length;
const openObject = 0x7b;
const comma = Buffer.from(',');

/** The line itself where its keys are in order (of UTF-16 units), as those of one key or none are. */
export function comparableLine(line: Buffer): Buffer {
  const start = endOfJson(line, idHead) + payloadHead;
  if (line[start] !== openObject) return line;
  const fields: { readonly key: string; readonly bytes: Buffer }[] = [];
  let isSorted = true;
  let last: string | undefined;
  let from = start + 1;
  const end = eachField(line, start, (key, at) => {
    const stop = endOfJson(line, at);
    fields.push({ key, bytes: line.subarray(from, stop) });
    if (last !== undefined && key < last) isSorted = false;
    last = key;
    from = stop + 1;
    return stop;
  });
  if (isSorted) return line;
  const sorted = fields.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const listed = sorted.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [comma, bytes]));
  return Buffer.concat([line.subarray(0, start + 1), ...listed, line.subarray(end - 1)]);
}

export const isSameLine = (a: Buffer, b: Buffer): boolean =>
  a.equals(b) || (a.length === b.length && comparableLine(a).equals(comparableLine(b)));

/** 64 lower-case hex digits. */
export const lineDigest = (line: Buffer): string => sha256Hex(comparableLine(line));
