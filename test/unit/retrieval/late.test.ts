import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowBytes, signBits } from '../../../src/core/models/encoders/token-bits.ts';
import { type LateCandidate, lateOrder } from '../../../src/core/retrieval/rerank/late/late-order.ts';
import { maxSims } from '../../../src/core/retrieval/rerank/late/max-sim.ts';
import { mixedScores } from '../../../src/core/retrieval/rerank/late/mixture.ts';
import type { SearchTarget } from '../../../src/core/retrieval/target.ts';

/** As the definition says it: every sign a float of its own, every product taken. */
function naiveMaxSim(query: readonly (readonly number[])[], bits: Uint8Array, dimension: number): number {
  const rows = bits.length / rowBytes(dimension);
  const sign = (row: number, column: number): number =>
    ((bits[row * rowBytes(dimension) + (column >> 3)] ?? 0) >> (column & 7)) & 1 ? 1 : -1;
  const cosine = (vector: readonly number[], row: number): number =>
    vector.reduce((sum, value, column) => sum + value * sign(row, column), 0) / Math.sqrt(dimension);
  const best = query.map((vector) => Math.max(...Array.from({ length: rows }, (_, row) => cosine(vector, row))));
  return best.reduce((sum, value) => sum + value, 0) / query.length;
}

describe('MaxSim with sign bits', () => {
  test('equals the definition, whatever dimension, tokens and rows', () => {
    const vectors = (dimension: number, most: number) =>
      fc.array(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: dimension, maxLength: dimension }), {
        minLength: 1,
        maxLength: most,
      });
    const input = fc
      .integer({ min: 1, max: 35 })
      .chain((dimension) =>
        fc.tuple(fc.constant(dimension), vectors(dimension, 4), fc.array(vectors(dimension, 6), { maxLength: 4 })),
      );
    fc.assert(
      fc.property(input, ([dimension, query, chunks]) => {
        const bits = chunks.map((rows) => signBits(Float32Array.from(rows.flat()), dimension, 2));
        const scores = maxSims(Float32Array.from(query.flat()), dimension, bits);
        expect(scores).toHaveLength(chunks.length);
        for (const [index, one] of bits.entries())
          expect(scores[index]).toBeCloseTo(naiveMaxSim(query, one, dimension), 4);
      }),
    );
  });

  test('a chunk of the query itself beats any other', () => {
    const query = Float32Array.from({ length: 3 * 16 }, (_, index) => Math.sin(index * 7 + 1));
    const other = query.map((value) => -value);
    const [own, opposite] = maxSims(query, 16, [signBits(query, 16, 1), signBits(other, 16, 1)]);
    expect(own).toBeGreaterThan(opposite ?? 0);
  });
});

describe('the mixture with the first stage', () => {
  const weights = { late: 2, cosine: 0.5 };
  test('exchanges part of the cosine for MaxSim', () => {
    expect(mixedScores([{ score: 1, cosine: 0.4, maxSim: 0.3 }], weights)).toEqual([1.4]);
  });

  test('F: a candidate without bits keeps its place among others that moved alike', () => {
    const [first, unknown, last] = mixedScores(
      [
        { score: 0.9, cosine: 0.4, maxSim: 0.3 },
        { score: 0.8, cosine: 0.4, maxSim: null },
        { score: 0.7, cosine: 0.4, maxSim: 0.3 },
      ],
      weights,
    );
    expect(first).toBeGreaterThan(unknown ?? 0);
    expect(unknown).toBeGreaterThan(last ?? 0);
    expect(unknown).toBeCloseTo(0.8 + 2 * 0.3 - 0.5 * 0.4, 12);
  });

  test('with no bits at all nothing moves', () => {
    const unknown = [0.3, 0.2].map((score) => ({ score, cosine: 0.1, maxSim: null }));
    expect(mixedScores(unknown)).toEqual([0.3, 0.2]);
  });
});

describe('the order', () => {
  const target = { name: 'docs' } as SearchTarget;
  const piece = (id: number, section: string, undemoted: number): LateCandidate => ({
    id,
    target,
    payload: { source_path: 'a.md', heading_path: [section] },
    score: undemoted,
    undemoted,
    cosine: 0.5,
  });
  const orderOf = (candidates: readonly LateCandidate[], sims: readonly (number | null)[]) =>
    lateOrder(candidates, sims).map(({ index }) => candidates[index]?.id);

  test('counts what was shown before anew: the piece that MaxSim puts first is no repeat', () => {
    const pieces = [piece(1, 'keys', 0.9), piece(2, 'keys', 0.89), piece(3, 'backups', 0.87)];
    expect(orderOf(pieces, [0.3, 0.4, 0.3])).toEqual([2, 3, 1]);
    expect(orderOf(pieces, [0.4, 0.3, 0.3])).toEqual([1, 3, 2]);
  });

  test('by the weights of the first stage, whatever they are', () => {
    const pieces = [piece(1, 'keys', 0.9), piece(2, 'keys', 0.89), piece(3, 'backups', 0.85)];
    const orderBy = (section: number) => lateOrder(pieces, [0.4, 0.4, 0.4], { section }).map(({ index }) => index);
    expect(orderBy(0)).toEqual([0, 1, 2]);
    expect(orderBy(0.1)).toEqual([0, 2, 1]);
  });

  test('where no section made room in the first stage is that of the mixture alone', () => {
    const pieces = [piece(1, 'keys', 0.9), piece(2, 'keys', 0.89), piece(3, 'backups', 0.85)];
    const alone = pieces.map((one): LateCandidate => {
      const { undemoted: _, ...rest } = one;
      return rest;
    });
    expect(orderOf(alone, [0.4, 0.4, 0.4])).toEqual([1, 2, 3]);
  });

  test('has every candidate once, one without bits without a score', () => {
    const pieces = [piece(1, 'a', 0.9), piece(2, 'b', 0.8), piece(3, 'c', 0.7)];
    const order = lateOrder(pieces, [0.3, null, 0.3]);
    expect(order.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(order.map(({ score }) => score !== undefined)).toEqual([true, false, true]);
  });
});
