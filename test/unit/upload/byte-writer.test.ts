/**
 * Vectors as bytes of JSON: exact where asked, within 5e-9 otherwise.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createByteWriter, writeText, writeVector } from '../../../src/core/qdrant/upload/byte-writer.ts';

function written(values: ArrayLike<number>, exact: boolean): string {
  const writer = createByteWriter(16);
  writeVector(writer, Float32Array.from(values), exact);
  return writer.buffer.toString('latin1', 0, writer.length);
}

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('a vector', () => {
  test.each([
    [[], '[]'],
    [[0, -0], '[0,0]'],
    [[0.5, -0.25], '[0.50000000,-0.25000000]'],
    [[0.000_000_004], '[0]'],
    [[0.999_999_999], '[1]'],
    [[-1, 1.5, 100], '[-1,1.5,100]'],
    [[0.000_123_45], '[0.00012345]'],
  ])('%j on the grid of 8 decimals is %s', (values, text) => {
    expect(written(values, false)).toBe(text);
  });

  test('exact: every float32 reads back to the same bits', () => {
    fc.assert(
      fc.property(fc.array(float32), (values) => {
        const read = Float32Array.from(JSON.parse(written(values, true)) as number[]);
        expect(Buffer.from(read.buffer)).toEqual(Buffer.from(Float32Array.from(values).buffer));
      }),
    );
  });

  test('on the grid: below 1 off by 5e-9 at most, else exact', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -2, max: 2, noNaN: true })), (values) => {
        const read = JSON.parse(written(values, false)) as number[];
        for (const [index, value] of Float32Array.from(values).entries()) {
          const error = Math.abs((read[index] ?? Number.NaN) - value);
          expect(error).toBeLessThanOrEqual(Math.abs(value) < 1 ? 5.000_001e-9 : 1e-7);
        }
      }),
    );
  });
});

test('text of any alphabet, also where the buffer has to grow', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
      const writer = createByteWriter(1);
      for (const text of texts) writeText(writer, text);
      expect(writer.buffer.toString('utf8', 0, writer.length)).toBe(texts.join(''));
    }),
  );
});
