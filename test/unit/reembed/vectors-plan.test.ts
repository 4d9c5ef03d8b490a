/**
 * Which vectors are replaced, kept and left out.
 */
import { describe, expect, test } from 'vitest';
import type { SourceVector } from '../../../src/core/transfer/reembed/probe.ts';
import { planVectors, type VectorsPlanInput } from '../../../src/core/transfer/reembed/vectors-plan.ts';

const vector = (name: string, kind: SourceVector['kind'] = 'dense'): SourceVector =>
  kind === 'sparse' ? { name, kind, size: null, distance: null } : { name, kind, size: 3584, distance: 'Cosine' };

const input = (vectors: readonly SourceVector[], change: Partial<VectorsPlanInput> = {}): VectorsPlanInput => ({
  probe: { physical: 'docs', vectors, card: null },
  drop: [],
  names: {},
  defaults: { dense: 'dense', sparse: 'bm25' },
  ...change,
});
const qdxCard = { vectorName: 'dense', sparseName: 'bm25', lexical: {} as never };
const names = (vectors: readonly SourceVector[]) => vectors.map(({ name }) => name);

test('the only dense vector is replaced, and others are kept', () => {
  const plan = planVectors(
    input([vector(''), vector('splade', 'sparse'), vector('colbert', 'multi')], { drop: ['colbert'] }),
  );
  expect(plan).toMatchObject({ replaced: { name: '' }, denseName: 'dense', sparseName: 'bm25' });
  expect([names(plan.kept), names(plan.dropped)]).toEqual([['splade'], ['colbert']]);
});

test('the terms of a card of qdx are made anew, under the name that they have', () => {
  const probe = { physical: 'docs', vectors: [vector('dense'), vector('bm25', 'sparse')], card: qdxCard };
  const plan = planVectors(input([], { probe }));
  expect(plan).toMatchObject({ replacedTerms: 'bm25', kept: [], denseName: 'dense', sparseName: 'bm25' });
});

test('names that were set for the target come before those of the card', () => {
  const probe = { physical: 'docs', vectors: [vector('dense')], card: qdxCard };
  const plan = planVectors(input([], { probe, names: { dense: 'text', sparse: '' } }));
  expect(plan).toMatchObject({ denseName: 'text', sparseName: null });
});

describe('refused, before anything is made:', () => {
  test.each([
    ['two dense vectors, and none is named', input([vector('a'), vector('b')]), 'docs has 2 dense vectors'],
    ['none at all', input([vector('s', 'sparse')]), 'docs has 0 dense vectors'],
    ['one that is not there', input([vector('a')], { replace: 'z' }), 'docs has no dense vector "z"'],
    [
      'a vector to leave out that is not there',
      input([vector('a')], { drop: ['z'] }),
      'docs has no vector "z" to leave out',
    ],
    [
      'a kept vector of the new name',
      input([vector('a'), vector('dense')], { replace: 'a' }),
      'would both be called "dense"',
    ],
    ['kept terms of the new name', input([vector('a'), vector('bm25', 'sparse')]), 'would both be called "bm25"'],
    [
      'an unnamed vector beside a named one',
      input([vector('a'), vector('b')], { replace: 'a', names: { dense: '' } }),
      'beside it all have names',
    ],
  ])('%s', (_title, wrong, message) => {
    expect(() => planVectors(wrong)).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) }),
    );
  });
});
