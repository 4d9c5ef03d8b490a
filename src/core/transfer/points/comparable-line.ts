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
const comma = 0x2c;

/** The line itself where its keys are in order (of UTF-16 units), as those of one key or none are. */
export const comparableLine = (line: Buffer): Buffer => sorted(line, (sizeBytes) => Buffer.allocUnsafe(sizeBytes));

export const isSameLine = (a: Buffer, b: Buffer): boolean =>
  a.equals(b) || (a.length === b.length && comparableLine(a).equals(comparableLine(b)));

/** 64 lower-case hex digits. */
export const lineDigest = (line: Buffer): string => sha256Hex(sorted(line, takeScratch));

/** Lines are hashed one after the other: each is put together in the same memory, since new memory takes longer than the rest. */
let scratch = Buffer.alloc(0);

function takeScratch(sizeBytes: number): Buffer {
  if (scratch.length < sizeBytes) scratch = Buffer.allocUnsafeSlow(2 * sizeBytes);
  return scratch.subarray(0, sizeBytes);
}

interface PayloadField {
  readonly key: string;
  /** Of `"key":value`. */
  readonly start: number;
  readonly end: number;
}

function sorted(line: Buffer, take: (sizeBytes: number) => Buffer): Buffer {
  const start = endOfJson(line, idHead) + payloadHead;
  if (line[start] !== openObject) return line;
  const fields: PayloadField[] = [];
  let isSorted = true;
  const end = eachField(line, start, (key, at) => {
    const last = fields.at(-1);
    if (last && key < last.key) isSorted = false;
    const stop = endOfJson(line, at);
    fields.push({ key, start: last ? last.end + 1 : start + 1, end: stop });
    return stop;
  });
  return isSorted ? line : withFields(line, fields.sort(byKey), { start, end }, take);
}

const byKey = (a: PayloadField, b: PayloadField): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

function withFields(
  line: Buffer,
  fields: readonly PayloadField[],
  payload: { readonly start: number; readonly end: number },
  take: (sizeBytes: number) => Buffer,
): Buffer {
  const whole = take(line.length);
  let at = line.copy(whole, 0, 0, payload.start + 1);
  for (const [index, { start, end }] of fields.entries()) {
    if (index > 0) whole[at++] = comma;
    at += line.copy(whole, at, start, end);
  }
  at += line.copy(whole, at, payload.end - 1);
  return whole.subarray(0, at);
}
