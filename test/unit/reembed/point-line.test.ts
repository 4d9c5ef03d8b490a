/**
 * A point of the source as a point of the target: what is kept keeps every byte.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptLine, newLine, payloadOf } from '../../../src/core/transfer/reembed/point-line.ts';
import { partsOf } from '../../../src/core/transfer/points/point-parts.ts';

const point = (line: string) => ({ id: '7', line: Buffer.from(line) });
const made = {
  denseName: 'dense',
  dense: Float32Array.from([0.5, -0.25]),
  sparseName: 'bm25',
  sparse: { indices: [3], values: [1.5] },
  modelFields: new Map<string, string>(),
};
const keep = { vectors: ['keep'], modelKeys: [] };

describe('the new line', () => {
  test.each([
    [
      'numbers of a payload and kept vectors keep their bytes, the old vector stays behind',
      '{"id":7,"payload":{"a":1.0,"b":-0.0,"n":18446744073709551615},"vector":{"keep":[1.0,2],"old":[1,2,3]}}',
      '{"id":7,"payload":{"a":1.0,"b":-0.0,"n":18446744073709551615},"vector":{"keep":[1.0,2],"dense":[0.5,-0.25],"bm25":{"indices":[3],"values":[1.5]}}}',
    ],
    [
      'an unnamed vector is left behind',
      '{"id":7,"payload":{},"vector":[1,2,3]}',
      '{"id":7,"payload":{},"vector":{"dense":[0.5,-0.25],"bm25":{"indices":[3],"values":[1.5]}}}',
    ],
  ])('%s', (_title, source, target) => {
    expect(newLine(partsOf(point(source)), keep, made).line.toString()).toBe(target);
  });

  test('a point without text has no new vector', () => {
    const { line } = newLine(partsOf(point('{"id":7,"payload":{},"vector":[1]}')), keep, {
      ...made,
      dense: null,
      sparse: null,
    });
    expect(line.toString()).toBe('{"id":7,"payload":{},"vector":{}}');
  });
});

test('what must be equal in both: the same before and after, whatever the payload is', () => {
  const values = fc.jsonValue();
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), values),
      fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
      (payload, old) => {
        const source = { id: '"0b5f"', payload, vector: { old, keep: [1, 2] } };
        const before = partsOf({ id: '"0b5f"', line: Buffer.from(JSON.stringify(source)) });
        const after = partsOf(newLine(before, keep, made));
        expect(keptLine(after, keep).line.equals(keptLine(before, keep).line)).toBe(true);
        expect(payloadOf(after)).toEqual(payloadOf(before));
        expect([...after.vectors.keys()]).toEqual(['keep', 'dense', 'bm25']);
      },
    ),
  );
});

test('what the old model left in the payload is exchanged for what the new one made, and all else keeps its bytes', () => {
  const exchange = { vectors: [], modelKeys: ['tokens'] };
  const before = partsOf(point('{"id":7,"payload":{"a":1.0,"tokens":{"space":"old"},"z\\n":[-0.0]},"vector":{}}'));
  const after = newLine(before, exchange, {
    ...made,
    dense: null,
    sparse: null,
    modelFields: new Map([['tokens', '{"space":"new"}']]),
  });
  expect(after.line.toString()).toBe('{"id":7,"payload":{"a":1.0,"z\\n":[-0.0],"tokens":{"space":"new"}},"vector":{}}');
  expect(keptLine(partsOf(after), exchange).line.toString()).toBe(keptLine(before, exchange).line.toString());
});

test('another payload, or a kept vector that is missing, is seen', () => {
  const line = (text: string) => keptLine(partsOf(point(text)), keep).line.toString();
  const as = line('{"id":7,"payload":{"a":1},"vector":{"keep":[1]}}');
  expect(line('{"id":7,"payload":{"a":1.0},"vector":{"keep":[1]}}')).not.toBe(as);
  expect(line('{"id":7,"payload":{"a":1},"vector":{}}')).not.toBe(as);
});
