import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../src/core/retrieval/candidates.ts';
import { type DeepList, rankByDepth } from '../../../src/core/retrieval/ranking/rank-by-depth.ts';
import type { RankedList } from '../../../src/core/retrieval/ranking/rank-lists.ts';
import type { SearchTarget } from '../../../src/core/retrieval/target.ts';

/** A list as a server would answer it: its first `count`; the ranking turns what it is given by a second score. */
const listOf = (name: string, points: readonly Point[]) => {
  const target = { name } as SearchTarget;
  return (count: number): DeepList => ({
    target,
    candidates: points
      .slice(0, count)
      .map(({ file, score }, id): Candidate => ({ target, id, payload: { source_path: file }, dense: { score } })),
    lexical: new Map(),
    isCut: points.length >= count,
  });
};

interface Point {
  readonly file: string;
  readonly score: number;
}

const byScore = ({ candidates }: RankedList) =>
  candidates
    .map((candidate) => ({ candidate, score: candidate.dense?.score ?? 0, signals: {} }))
    .toSorted((a, b) => b.score - a.score);

const asked: number[] = [];
const search = async (
  lists: readonly ((count: number) => DeepList)[],
  { limit, poolSize = 4, isGrouped = false }: { limit: number; poolSize?: number; isGrouped?: boolean },
) => {
  asked.length = 0;
  const { shown } = await rankByDepth({
    limit,
    poolSize,
    isGrouped,
    fetch: (count) => {
      asked.push(count);
      return Promise.resolve(lists.map((list) => list(count)));
    },
    rank: (each) => Promise.resolve(each.map(byScore)),
  });
  return shown.map(({ item, groupSize }) => ({ ...item, groupSize }));
};

const points = fc.array(
  fc.record({ file: fc.constantFrom('a', 'b', 'c', 'd', 'e'), score: fc.double({ min: 0, max: 1, noNaN: true }) }),
  { maxLength: 40 },
);

describe('a limit says only where the one order is cut off', () => {
  test.each([
    ['hits', false],
    ['files', true],
  ])('the first %s are the same for every limit', async (_what, isGrouped) => {
    const few = fc.integer({ min: 1, max: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(points, { minLength: 1, maxLength: 2 }), few, few, async (all, one, more) => {
        const lists = all.map((each, index) => listOf(`c${index}`, each));
        const short = await search(lists, { limit: one, isGrouped });
        const long = await search(lists, { limit: one + more, isGrouped });
        expect(long.slice(0, short.length)).toEqual(short);
      }),
    );
  });

  test('no point twice, and as many as are asked for where there are so many', async () => {
    await fc.assert(
      fc.asyncProperty(points, fc.integer({ min: 1, max: 60 }), async (all, limit) => {
        const hits = await search([listOf('c', all)], { limit });
        expect(hits).toHaveLength(Math.min(limit, all.length));
        expect(new Set(hits.map(({ candidate: { id } }) => id)).size).toBe(hits.length);
      }),
    );
  });
});

describe('how deep it looks', () => {
  const many = Array.from({ length: 100 }, (_, index) => ({ file: 'one', score: 1 - index / 100 }));
  test.each([
    ['the pool alone where it holds enough', { limit: 4 }, [4]],
    ['twice as deep each time', { limit: 20 }, [4, 8, 16, 32]],
    ['to the end of what there is', { limit: 1000 }, [4, 8, 16, 32, 64, 128]],
    ['grouped, not through the whole of one large file', { limit: 2, isGrouped: true }, [4, 8, 16]],
  ])('%s', async (_title, options, counts) => {
    await search([listOf('c', many)], options);
    expect(asked).toEqual(counts);
  });
});
