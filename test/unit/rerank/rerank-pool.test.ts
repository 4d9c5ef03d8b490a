import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../src/core/retrieval/candidates.ts';
import type { RankedCandidate } from '../../../src/core/retrieval/ranking/rank.ts';
import type { RerankCandidate, Reranker, Reranking } from '../../../src/core/retrieval/rerank/port.ts';
import type { RerankerKind } from '../../../src/core/retrieval/rerank/params.ts';
import { rerankPool } from '../../../src/core/retrieval/rerank/rerank-pool.ts';
import type { SearchTarget } from '../../../src/core/retrieval/target.ts';
import { toHit } from '../../../src/core/retrieval/hits/to-hit.ts';
import { rerankParams } from '../../helpers/rerank-params.ts';

const target = { name: 'docs' } as SearchTarget;
const items = (count: number): RankedCandidate[] =>
  Array.from({ length: count }, (_, id) => ({
    candidate: { target, id, payload: { content: `text ${id}` } } satisfies Candidate,
    score: 1 - id / 100,
    signals: {},
  }));

/** Orders as it is told, and keeps what it was given. */
function reranker(kind: RerankerKind, order: (count: number) => Reranking['order']) {
  const given: RerankCandidate[][] = [];
  const port: Reranker = {
    kind,
    name: `${kind} of a test`,
    rerank: (_query, candidates) => {
      given.push([...candidates]);
      return Promise.resolve({ order: order(candidates.length), scored: candidates.length, failures: {} });
    },
    close: () => Promise.resolve(),
  };
  return { port, given };
}

const reversed = (count: number) => Array.from({ length: count }, (_, at) => ({ index: count - 1 - at, score: -at }));
const idsOf = (pool: readonly RankedCandidate[]) => pool.map(({ candidate }) => candidate.id);
const params = rerankParams({}, { depth: 4, cascadeDepth: 2 });

describe('the pool in the order of the rerankers', () => {
  test('the first gets the depth, the second the best of the first, the rest keeps its place', async () => {
    const late = reranker('late', reversed);
    const cross = reranker('cross', reversed);
    const { items: pool, stages } = await rerankPool('q', items(6), { rerankers: [late.port, cross.port], params }, {});
    expect(idsOf(pool)).toStrictEqual([2, 3, 1, 0, 4, 5]);
    expect(late.given[0]).toMatchObject([
      { id: 0, rank: 1, score: 1, text: 'text 0' },
      { id: 1, rank: 2 },
      { id: 2 },
      { id: 3 },
    ]);
    expect(cross.given[0]).toMatchObject([
      { id: 3, rank: 1, score: -0 },
      { id: 2, rank: 2, score: -1 },
    ]);
    expect(stages).toMatchObject([
      { kind: 'late', candidates: 4, scored: 4, failures: {}, timeMs: expect.any(Number) },
      { kind: 'cross', candidates: 2 },
    ]);
  });

  test('a hit tells its place in every stage', async () => {
    const rerankers = [
      reranker('late', reversed).port,
      reranker('listwise', (n) => reversed(n).map(withoutScore)).port,
    ];
    const { items: pool } = await rerankPool('q', items(6), { rerankers, params }, {});
    const [best] = pool;
    expect(best && toHit(best, 1, true)).toMatchObject({
      rank: 1,
      score: 0.98,
      stages: { first: { rank: 3, score: 0.98 }, late: { rank: 2, score: -1 }, listwise: { rank: 1 } },
    });
    expect(best && toHit(best, 1, true)).not.toHaveProperty('rerankScore');
    expect(pool[3] && toHit(pool[3], 4, false)).toMatchObject({ rerankScore: -3 });
    expect(pool[5] && toHit(pool[5], 6, true)).toMatchObject({ stages: { first: { rank: 6 } } });
  });

  test.each([
    ['loses', [{ index: 0 }]],
    ['doubles', [{ index: 0 }, { index: 0 }]],
    ['invents', [{ index: 0 }, { index: 7 }]],
  ])('a reranker that %s a candidate is a bug, not an answer', async (_what, order) => {
    const { port } = reranker('cross', () => order);
    await expect(rerankPool('q', items(2), { rerankers: [port], params }, {})).rejects.toThrow(/the reranker cross/);
  });

  test('whatever the depths, every candidate is there once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 30 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        async (count, depth, cascadeDepth) => {
          const rerankers = [reranker('late', reversed).port, reranker('cross', reversed).port];
          const pool = await rerankPool(
            'q',
            items(count),
            { rerankers, params: { ...params, depth, cascadeDepth } },
            {},
          );
          expect(idsOf(pool.items).toSorted((a, b) => Number(a) - Number(b))).toStrictEqual(idsOf(items(count)));
        },
      ),
    );
  });
});

const withoutScore = ({ index }: { readonly index: number }) => ({ index });
