import { describe, expect, test } from 'vitest';
import { hnswBuilds } from '../../../src/core/bench/suites/hnsw.ts';
import { quantizationBuilds } from '../../../src/core/bench/suites/quantization.ts';
import { cheapest, paretoFront } from '../../../src/core/bench/tuning/pareto.ts';
import { whyVoid } from '../../../src/core/bench/tuning/segments.ts';

const row = (name: string, recall: number, speedUp: number, ramBytes: number, width = 0.01) => ({
  name,
  speedUp,
  ramBytes,
  recall: { mean: recall, lower: recall - width },
});
const rows = [
  row('none', 1, 1, 400),
  row('int8', 0.99, 1.5, 100),
  row('slow int8', 0.99, 1.2, 100),
  row('binary', 0.7, 2, 12),
  row('binary rescored', 0.97, 1.4, 12),
  row('lucky', 0.955, 1.9, 12),
];

test('the Pareto front has what nothing beats in everything', () => {
  expect(paretoFront(rows).map(({ name }) => name)).toEqual(['none', 'int8', 'binary', 'binary rescored', 'lucky']);
});

test('recommended: the least memory of those whose interval holds the recall, then the fastest', () => {
  expect(cheapest(rows, 0.95)?.name).toBe('binary rescored');
  expect(cheapest(rows, 0.975)?.name).toBe('int8');
  expect(cheapest(rows, 0.995)).toBeNull();
});

const quantized = { points: 100, index: 'hnsw', quantization: { scalar: { type: 'int8' } } };
const full = { points: 100, index: 'hnsw', quantization: null };

describe('figures of segments that are not what was configured are void', () => {
  test.each([
    ['all quantized', [quantized, quantized], 'scalar', null],
    ['one is still full', [quantized, full], 'scalar', '1 of 2 segments are not quantized (scalar)'],
    ['another kind', [quantized], 'binary', '1 of 1 segments are not quantized (binary)'],
    ['full vectors', [full], null, null],
    ['still quantized', [quantized], null, '1 of 1 segments are still quantized'],
    ['no graph', [{ ...full, index: 'plain' }], null, '1 of 1 segments have no graph'],
    ['a server that does not say', [], 'scalar', 'the server does not show its segments'],
  ] as const)('%s', (_title, segments, kind, reason) => {
    expect(whyVoid(segments, kind)).toBe(reason);
  });
});

describe('what is swept', () => {
  const builds = quantizationBuilds({ dimension: 768 }, { hasEncodings: true, efSearch: 96 });
  test('none, int8, and three widths of binary with two query encodings', () => {
    expect(builds.map(({ name }) => name)).toEqual([
      'none',
      'int8',
      'binary 1 bit',
      'binary 1 bit, query 8 bits',
      'binary 1.5 bits',
      'binary 1.5 bits, query 8 bits',
      'binary 2 bits',
      'binary 2 bits, query 8 bits',
    ]);
  });
  test('memory is bits times dimensions', () => {
    expect(builds.map(({ bytes }) => bytes(1000).ramBytes / 1000)).toEqual([3072, 768, 96, 96, 144, 144, 192, 192]);
  });
  test('the configured ef is among those tried, and rescoring always has more than it needs', () => {
    const params = builds.flatMap(({ ways }) =>
      ways.map((way) => way.params as { quantization?: { oversampling?: number } }),
    );
    expect(builds[1]?.ways.some(({ name }) => name.endsWith('ef 96'))).toBe(true);
    expect(params.every(({ quantization }) => (quantization?.oversampling ?? 2) > 1)).toBe(true);
  });
  test('a server before 1.15 is asked for nothing that it would ignore', () => {
    const old = quantizationBuilds({ dimension: 768 }, { hasEncodings: false, efSearch: 64 });
    expect(old.map(({ name }) => name)).toEqual(['none', 'int8', 'binary 1 bit']);
    expect(JSON.stringify(old)).not.toContain('encoding');
  });
  test('graphs: ef_construct is at least twice m', () => {
    for (const { patch } of hnswBuilds({ dimension: 8 }, 64)) {
      const { m, ef_construct: efConstruct } = patch['hnsw_config'] as { m: number; ef_construct: number };
      expect(efConstruct).toBeGreaterThanOrEqual(2 * m);
    }
  });
});
