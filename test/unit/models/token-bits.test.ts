import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowBytes, signBits } from '../../../src/core/models/encoders/token-bits.ts';

test.each([
  ['two tokens, a window of one', [1, -1, 0.5, -2, 3, -0.1], 3, 1, [0b101, 0b010]],
  ['two tokens, a window of two', [1, -1, 0.5, -2, 3, -0.1], 3, 2, [0b110]],
  ['a last window that is not full', [1, -1, -3, 1, -1, 5], 2, 2, [0b00, 0b10]],
  ['zero is not positive', [0, 1], 2, 1, [0b10]],
])('sign bits: %s', (_title, tokens, dimension, window, expected) => {
  expect([...signBits(Float32Array.from(tokens), dimension, window)]).toEqual(expected);
});

test('every bit is the sign of the mean of its window, whatever the shape', () => {
  const shape = fc.tuple(
    fc.integer({ min: 1, max: 21 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 5 }),
  );
  const number = fc.float({ min: -1, max: 1, noNaN: true });
  const input = shape.chain(([dimension, tokens, window]) =>
    fc.tuple(
      fc.constant({ dimension, tokens, window }),
      fc.array(number, { minLength: dimension * tokens, maxLength: dimension * tokens }),
    ),
  );
  fc.assert(
    fc.property(input, ([{ dimension, tokens, window }, values]) => {
      const bits = signBits(Float32Array.from(values), dimension, window);
      expect(bits).toHaveLength(Math.ceil(tokens / window) * rowBytes(dimension));
      for (let row = 0; row * window < tokens; row++)
        for (let column = 0; column < dimension; column++) {
          let sum = 0;
          for (let token = row * window; token < Math.min(tokens, (row + 1) * window); token++)
            sum += Math.fround(values[token * dimension + column] ?? 0);
          const bit = ((bits[row * rowBytes(dimension) + (column >> 3)] ?? 0) >> (column & 7)) & 1;
          expect(bit).toBe(sum > 0 ? 1 : 0);
        }
    }),
  );
});
