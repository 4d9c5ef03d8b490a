import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestNumberBytes, parseFloat32Array, writeFloat32 } from '../../../src/core/vectors/format-number.ts';

const written = (value: number): string => {
  const buffer = Buffer.alloc(longestNumberBytes);
  return buffer.toString('latin1', 0, writeFloat32(value, buffer, 0));
};
const bits = (value: number): number => new Uint32Array(new Float32Array([value]).buffer)[0] ?? 0;
const float32 = fc
  .integer({ min: 0, max: 0xff_ff_ff_ff })
  .map((pattern) => new Float32Array(new Uint32Array([pattern]).buffer)[0] ?? 0)
  .filter((value) => Number.isFinite(value));

describe('numbers of a vectors file', () => {
  test.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [-1, '-1'],
    [0.5, '0.5'],
    [Math.fround(0.1), '0.1'],
    [Math.fround(-0.037_418_77), '-0.037418772'],
    [100, '100'],
    [1_234_567, '1234567'],
    [9_999_999, '9999999'],
    [Math.fround(1e-5), '0.00000999999975'],
    [1.401_298_464_324_817e-45, '1.40129846e-45'],
    [3.402_823_466_385_288_6e38, '3.40282347e+38'],
  ])('%d is written as %s', (value, text) => {
    expect(written(value)).toBe(text);
  });

  test('every float32 reads back to the same bits, with JSON.parse and with the hand parser', () => {
    fc.assert(
      fc.property(fc.array(float32, { minLength: 1, maxLength: 20 }), (values) => {
        const text = `[${values.map(written).join(',')}]`;
        expect((JSON.parse(text) as number[]).map(bits)).toEqual(values.map(bits));
        expect([...parseFloat32Array(Buffer.from(text), 0, 4).values].map(bits)).toEqual(values.map(bits));
      }),
      { numRuns: 3000 },
    );
  });

  test('components of a usual vector take 11 bytes at most', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(0.001), max: 1, noNaN: true }), (value) => {
        expect(written(value).length).toBeLessThanOrEqual(14);
        expect(bits(Number(written(value)))).toBe(bits(value));
      }),
    );
  });

  test('any decimal is read as JSON.parse and rounding to float32 would', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e30, max: 1e30, noNaN: true }), (value) => {
        const text = JSON.stringify([value]);
        expect(parseFloat32Array(Buffer.from(text), 0).values[0]).toBe(Math.fround(Number(JSON.stringify(value))));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['[]', []],
    ['[ 1 , 2.5 ]', [1, 2.5]],
    ['[1e3,-2E-2]', [1000, Math.fround(-0.02)]],
  ])('reads %s', (text, values) => {
    expect([...parseFloat32Array(Buffer.from(text), 0).values]).toEqual(values);
  });

  test.each([
    ['[1,NaN]', 'component 1 of the vector is no number'],
    ['[1,null]', 'component 1 of the vector is no number'],
    ['[1e39]', 'component 0 of the vector is no finite float32'],
    ['[1,]', 'component 1 of the vector is no number'],
    ['[1 2]', 'the vector is broken behind component 0'],
    ['[1', 'the vector is broken behind component 0'],
    ['[-]', 'component 0 of the vector is no finite float32'],
    ['[.]', 'component 0 of the vector is no finite float32'],
    ['[1,--2]', 'component 1 of the vector is no finite float32'],
    ['[1.2.3]', 'component 0 of the vector is no finite float32'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseFloat32Array(Buffer.from(text), 0)).toThrow(reason);
  });
});
