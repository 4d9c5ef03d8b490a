/**
 * Points as the server printed them, cut out of its answer to a scroll. What qdx keeps of a point is one line of JSON:
 * id, payload and vectors byte for byte; only the order of these fields, and of named vectors, is made the same always (the
 * server's varies from answer to answer), so that equal points are equal bytes; but for the keys of a payload (comparable-line.ts).
 *
 * Parsed and printed again they would not be: `1.0` would become `1`, integers beyond 2^53 others, and a multi-vector of
 * two rows of whole numbers would come back as a sparse vector (Qdrant 1.16 reads `[[1,2],[3,4]]` as indices and values).
 */
import { eachElement, eachField, endOfJson, endOfNumbers } from '../../../lib/json-bytes.ts';
import type { IdToken } from './point-order.ts';

export interface RawPoint {
  readonly id: IdToken;
  /** `{"id":…,"payload":…,"vector":…}`, without a newline: what an upsert takes. */
  readonly line: Buffer;
}

export interface RawPage {
  readonly points: readonly RawPoint[];
  /** Where the next page begins; null on the last one. */
  readonly next: IdToken | null;
}

/** Reads the answer to a scroll with payload and vectors, in one walk. @throws SyntaxError where it is none. */
export function cutPage(body: Buffer): RawPage {
  const points: RawPoint[] = [];
  let next: IdToken | undefined;
  const readPage = (start: number) =>
    eachField(body, start, (key, at) => {
      if (key === 'points')
        return eachElement(body, at, (from) => {
          const { point, end } = cutPoint(body, from);
          points.push(point);
          return end;
        });
      const end = endOfJson(body, at);
      if (key === 'next_page_offset') next = body.toString('latin1', at, end);
      return end;
    });
  eachField(body, 0, (key, at) => (key === 'result' ? readPage(at) : endOfJson(body, at)));
  if (next === undefined) throw new SyntaxError('the answer is no page of points');
  return { points, next: next === 'null' ? null : next };
}

/** Reads the answer to a request for points by their ids. @throws SyntaxError where it is none. */
export function cutList(body: Buffer): readonly RawPoint[] {
  const points: RawPoint[] = [];
  eachField(body, 0, (key, at) => {
    if (key !== 'result') return endOfJson(body, at);
    return eachElement(body, at, (from) => {
      const { point, end } = cutPoint(body, from);
      points.push(point);
      return end;
    });
  });
  return points;
}

const idHead = Buffer.from('{"id":');
const payloadHead = Buffer.from(',"payload":');
const vectorHead = Buffer.from(',"vector":');
const nothing = Buffer.from('{}');
const close = Buffer.from('}');

/** The point that begins at `at`; further fields (shard_key, order_value) say nothing of the point itself. */
export function cutPoint(body: Buffer, at: number): { readonly point: RawPoint; readonly end: number } {
  let id: Buffer | undefined;
  let payload: Buffer = nothing;
  let vector: Buffer = nothing;
  const end = eachField(body, at, (key, start) => {
    const stop = key === 'vector' ? endOfNumbers(body, start) : endOfJson(body, start);
    const bytes = body.subarray(start, stop);
    if (key === 'id') id = bytes;
    else if (key === 'payload' && !isNull(bytes)) payload = bytes;
    else if (key === 'vector' && !isNull(bytes)) vector = sortedByName(bytes);
    return stop;
  });
  if (!id) throw new SyntaxError('a point has no id');
  const parts = [idHead, id, payloadHead, payload, vectorHead, vector, close];
  const line = liesSo(parts, body, at, end) ? body.subarray(at, end) : Buffer.concat(parts);
  return { point: { id: id.toString('latin1'), line }, end };
}

/** The server's own bytes are this line already, as they mostly are: no copy is made then. */
function liesSo(parts: readonly Buffer[], body: Buffer, at: number, end: number): boolean {
  let position = at;
  for (const [index, part] of parts.entries()) {
    const isValue = index % 2 === 1;
    const isThere = isValue
      ? part.buffer === body.buffer && part.byteOffset === body.byteOffset + position
      : part.equals(body.subarray(position, position + part.length));
    if (!isThere) return false;
    position += part.length;
  }
  return position === end;
}

const isNull = (bytes: Buffer): boolean => bytes.length === 4 && bytes.toString('latin1') === 'null';

/** Named vectors in the order of their names; the unnamed one as it is. */
function sortedByName(vector: Buffer): Buffer {
  if (vector[0] !== 0x7b) return vector;
  const named: { readonly key: string; readonly bytes: Buffer }[] = [];
  eachField(vector, 0, (key, start) => {
    const end = endOfNumbers(vector, start);
    named.push({ key, bytes: vector.subarray(start, end) });
    return end;
  });
  if (named.every(({ key }, index) => index === 0 || (named[index - 1]?.key ?? '') < key)) return vector;
  const sorted = named.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const parts = sorted.flatMap(({ key, bytes }, index) => [
    Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`),
    bytes,
  ]);
  return Buffer.concat([...parts, close]);
}
