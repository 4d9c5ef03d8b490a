import { describe, expect, test } from 'vitest';
import { type Quantization, quantizationWarnings, settledDimension } from '../../../src/core/config/rules.ts';
import { resolveIn } from './resolve-in.ts';

const binary = { kind: 'binary', encoding: 'oneBit', queryEncoding: 'default', alwaysRam: true } as const;

describe('quantization that does not suit the vectors is warned of', () => {
  test.for<[string, Quantization, number, number]>([
    ['none', { kind: 'none' }, 64, 0],
    ['int8', { kind: 'int8', quantile: 0.99, alwaysRam: true }, 64, 0],
    ['binary at 384', binary, 384, 1],
    ['binary at 511', binary, 511, 1],
    ['binary at 512', binary, 512, 0],
    ['binary at 3584', binary, 3584, 0],
    ['a 4-bit query at 768', { ...binary, queryEncoding: 'scalar4bits' }, 768, 0],
    ['a 4-bit query at 3584', { ...binary, queryEncoding: 'scalar4bits' }, 3584, 1],
    ['an 8-bit query at 3584', { ...binary, queryEncoding: 'scalar8bits' }, 3584, 0],
  ])('%s', ([, quantization, dimension, count]) => {
    expect(quantizationWarnings(quantization, dimension)).toHaveLength(count);
  });

  test('as soon as the size is set', async () => {
    const flags = { 'vector.quantization.kind': 'binary', 'vector.size': '384' };
    expect((await resolveIn({ flags })).warnings).toEqual([expect.stringContaining('384 dimensions')]);
    expect((await resolveIn({ flags: { ...flags, 'vector.size': 'auto' } })).warnings).toEqual([]);
  });
});

describe('the dimension', () => {
  const model = { name: 'm', dimension: 384 };

  test('is the model’s', () => {
    expect(settledDimension('auto', model)).toBe(384);
    expect(settledDimension(384, model, { name: 'c', dimension: 384 })).toBe(384);
  });

  test('of setting, model and collection must agree', () => {
    expect(() => settledDimension(768, model)).toThrow(
      'vector.size is 768, but the model m makes vectors of 384 dimensions',
    );
    expect(() => settledDimension('auto', model, { name: 'c', dimension: 768 })).toThrow(
      'the collection c holds vectors of 768 dimensions, the model m makes 384',
    );
  });
});
