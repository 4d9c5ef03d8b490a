import { describe, expect, test } from 'vitest';
import { compareWithBaseline } from '../../../src/core/bench/gate/compare-baseline.ts';
import { createBaseline } from '../../../src/core/bench/gate/baseline.ts';
import { checkLimits, parseLimit } from '../../../src/core/bench/gate/limits.ts';
import { askAll, type Contender } from '../../../src/core/bench/run/ask.ts';
import { annPair, annRecall } from '../../../src/core/retrieval/ann-recall.ts';
import { isFastEnough, tuningChecks } from '../../../src/core/bench/gate/tuning-check.ts';
import { timeQueries, timingOf } from '../../../src/core/bench/run/timing.ts';
import type { TuningRow } from '../../../src/core/bench/tuning/row.ts';
import { rerankingCheck } from '../../../src/core/bench/gate/reranking-check.ts';
import { againstOff } from '../../../src/core/bench/run/against-off.ts';
import type { QueryResult } from '../../../src/core/bench/run/score.ts';
import { recommend } from '../../../src/core/bench/gate/recommend.ts';
import { createRandom } from '../../../src/lib/statistics/random.ts';
import type { SearchParams } from '../../../src/core/retrieval/params.ts';
import type { Searcher } from '../../../src/core/retrieval/search.ts';
import { QdxError } from '../../../src/lib/errors.ts';

describe('limits', () => {
  test.each([
    ['min', 'ndcg@10=0.8', { figure: 'ndcg@10', value: 0.8, unit: '' }],
    ['min', 'recall=0.95', { figure: 'recall@10', value: 0.95, unit: '' }],
    ['max', 'p95=50ms', { figure: 'total.p95', value: 50, unit: 'ms' }],
    ['max', 'encode.p50=1.5s', { figure: 'encode.p50', value: 1500, unit: 'ms' }],
  ] as const)('--%s %s', (bound, text, limit) => {
    expect(parseLimit(bound, text)).toMatchObject(limit);
  });
  test.each(['ndcg@10', 'ndcg@10=high', 'p95=50', 'ndcg@10=0.8ms', 'speed=3', '=1'])('%s is none', (text) => {
    expect(() => parseLimit('min', text)).toThrow(QdxError);
  });
  test('a figure that was not measured fails', () => {
    expect(checkLimits([parseLimit('min', 'ndcg@10=0')], { mrr: 1 })).toMatchObject([{ status: 'failed' }]);
  });
});

function gate(before: readonly number[], now: readonly number[]) {
  const scores = (values: readonly number[]) =>
    values.map((value, index) => [`q${index}`, { 'ndcg@10': value }] as const);
  const baseline = {
    type: 'qdx-bench-baseline',
    version: 1,
    suite: 'search',
    createdAt: '',
    qdx: '',
    inputSha256: 'a',
    primary: 'ndcg@10',
    means: {},
    latency: null,
    scores: Object.fromEntries(scores(before)),
  } as const;
  return compareWithBaseline(baseline, { inputSha256: 'a', seed: 1, scores: new Map(scores(now)) });
}

describe('against a baseline', () => {
  const random = createRandom(11);
  const before = Array.from({ length: 60 }, () => random());
  test('a drop of nearly all queries fails', () => {
    const { check, changed } = gate(
      before,
      before.map((value) => value - 0.05),
    );
    expect(check).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/fell by 0\.0500: significant/) as string,
    });
    expect(changed.length).toBeGreaterThan(0);
  });
  test('a drop of one query warns', () => {
    const { check } = gate(
      before,
      before.map((value, index) => (index === 0 ? value - 0.1 : value)),
    );
    expect(check).toMatchObject({ status: 'warning' });
  });
  test('a sure gain may become the baseline, one lucky query may not', () => {
    expect(
      gate(
        before,
        before.map((value) => value + 0.05),
      ).isSignificantGain,
    ).toBe(true);
    expect(
      gate(
        before,
        before.map((value, index) => (index === 0 ? value + 0.1 : value)),
      ).isSignificantGain,
    ).toBe(false);
  });
  test('a run in which queries failed, or in which none was judged, becomes no baseline', () => {
    const report = { failedQueries: 2 } as Parameters<typeof createBaseline>[0]['report'];
    const input = { report, primary: 'ndcg@10', results: [], means: {}, latency: null };
    expect(() => createBaseline(input)).toThrow(/2 queries failed and have no score/);
    const unjudged = { ...input, report: { ...report, failedQueries: 0 } };
    expect(() => createBaseline(unjudged)).toThrow(/no query is judged/);
  });
});

describe('what a tuning bench asks to hold', () => {
  const row = (build: string, lower: number, p50Ms: number, p95Ms: number) =>
    ({ build, way: 'ef 64', recall: { mean: lower + 0.01, lower }, server: { p50Ms, p95Ms } }) as TuningRow;
  const bar = { leastRecall: 0.98, mostMs: { p50: 50, p95: 100 } };
  const status = (rows: readonly TuningRow[], recommended: TuningRow | null) =>
    tuningChecks(rows, recommended, bar).map((check) => check.status);
  const good = row('m 16', 0.985, 1, 2);
  test.each([
    ['a graph that is good and fast', [good], good, ['passed', 'passed', 'passed']],
    ['none holds the recall', [row('m 8', 0.9, 1, 2)], null, ['failed', 'passed', 'passed']],
    ['one that holds it is too slow', [row('m 48', 0.99, 60, 120)], null, ['passed', 'failed', 'failed']],
    ['nothing could be measured', [], null, ['failed']],
  ] as const)('%s', (_title, rows, recommended, expected) => {
    expect(status(rows, recommended)).toEqual(expected);
  });
  test('a row that is too slow is not fast enough, and none is where nothing is asked', () => {
    expect(isFastEnough(row('m 48', 0.99, 60, 90), bar)).toBe(false);
    expect(isFastEnough(row('m 48', 0.99, 60, 90), { leastRecall: 0.95 })).toBe(true);
  });
});

describe('what should be configured', () => {
  const late = (verdict: 'better' | 'notWorthIt' | 'undecided', gain = 0.02) => ({ name: 'late', verdict, gain });
  const cross = (verdict: 'better' | 'notWorthIt' | 'undecided', gain = 0.01) => ({ name: 'cross', verdict, gain });
  test.each([
    ['off', [late('better')], 'disagrees', 'late'],
    ['late', [late('better')], 'agrees', 'late'],
    ['cross', [late('better'), cross('better')], 'agrees', 'late'],
    ['off', [late('notWorthIt')], 'agrees', 'off'],
    ['late', [late('notWorthIt')], 'disagrees', 'off'],
    ['off', [late('undecided')], 'undecided', null],
    ['late', [late('undecided')], 'undecided', null],
    ['late', [late('undecided'), cross('better')], 'disagrees', 'cross'],
    ['cross', [late('undecided'), cross('notWorthIt')], 'disagrees', 'off'],
    ['cross', [late('notWorthIt')], 'undecided', null],
  ] as const)('%s configured, %j: %s', (configured, contenders, agreement, recommended) => {
    expect(recommend('off', configured, contenders)).toEqual({ agreement, recommended });
  });
});

describe('F35: a reranker that did nothing is neither better nor worse', () => {
  const results = (scores: readonly number[]): QueryResult[] =>
    scores.map((score, index) => ({
      id: `q${index}`,
      text: 'open',
      state: 'scored',
      scores: { 'ndcg@10': score, 'precision@10': score },
      hits: [],
      answers: [],
    }));
  const off = results(Array.from({ length: 20 }, () => 0.5));
  const against = (now: readonly QueryResult[], notReranked: number) => againstOff(now, off, { seed: 1, notReranked });
  const measured = (now: readonly QueryResult[], notReranked: number) => ({
    name: 'listwise',
    against: against(now, notReranked),
    totals: { queries: 20, notReranked },
  });
  const better = results(Array.from({ length: 20 }, (_, index) => (index < 15 ? 0.9 : 0.5)));

  test.each([
    ['all were reranked', off, 0, 'notWorthIt'],
    ['one was not', off, 1, 'undecided'],
    ['better in spite of those that were not', better, 5, 'better'],
    ['none was', off, 20, undefined],
  ])('%s: %s', (_title, now, notReranked, verdict) => {
    expect(against(now, notReranked)?.comparison?.verdict).toBe(verdict);
  });

  test.each([
    ['configured, and did nothing', 'listwise', 20, 'failed', 'listwise is configured and has no verdict'],
    ['configured, and undecided', 'listwise', 1, 'warning', 'undecided: listwise is undecided'],
    ['compared besides', 'off', 20, 'passed', 'listwise has no verdict: 20 of 20 queries were not reranked by it'],
  ])('%s', (_title, configured, notReranked, status, message) => {
    const one = measured(off, notReranked);
    const verdict = one.against?.comparison?.verdict;
    const recommendation = recommend('off', configured, verdict ? [{ name: 'listwise', verdict, gain: 0 }] : []);
    const check = rerankingCheck({ configured, allowUndecided: true }, recommendation, [one]);
    expect([check.status, check.message]).toEqual([status, expect.stringContaining(message)]);
  });
});

describe('recall of an index', () => {
  const point = (id: number, score: number) => ({ id, score });
  test.each([
    ['all', [point(1, 0.9), point(2, 0.8)], 1],
    ['one of two', [point(1, 0.9), point(7, 0.5)], 0.5],
    ['another point at the same distance as the last', [point(1, 0.9), point(9, 0.8)], 1],
    ['nothing', [], 0],
  ])('%s', (_title, found, recall) => {
    expect(annRecall(found, [point(1, 0.9), point(2, 0.8)])).toBe(recall);
  });

  test('is asked of the vectors: what reranking or grouping would show hides what the index missed', () => {
    const asUsed = { mode: 'hybrid', modeIsExplicit: false, limit: 5, groupBy: 'path', rerank: { kinds: ['late'] } };
    const dense = { mode: 'dense', modeIsExplicit: true, limit: 10 };
    expect(annPair(asUsed as unknown as SearchParams)).toEqual({
      approximate: { ...dense, exact: false },
      exact: { ...dense, exact: true },
    });
  });
});

test('a query that fails has no score, and the others go on (a searcher that fails on demand is no real one)', async () => {
  const order: string[] = [];
  const contender = (name: string): Contender => ({
    name,
    searcher: () =>
      Promise.resolve({
        search: (text: string) => {
          order.push(`${name} ${text}`);
          if (text === 'b' && name === 'late') throw new QdxError('temporary', 'no answer');
          return Promise.resolve({ reranking: [], rerankTimeMs: 0, timing: { totalMs: 1 } } as never);
        },
        close: () => Promise.resolve(),
      } satisfies Searcher),
  });
  const queries = ['a', 'b', 'c'].map((text) => ({ id: text, text, judgements: null }));
  const asked = [];
  const params = { contenders: [contender('off'), contender('late')], queries, rounds: 2, seed: 1, stage: 'test' };
  for await (const one of askAll(params)) asked.push(one);
  expect(
    asked
      .filter(({ outcome }) => outcome.state === 'failed')
      .map(({ contender: name, query }) => `${name} ${query.id}`),
  ).toEqual(['late b', 'late b']);
  expect(asked).toHaveLength(12);
  // Interleaved: each query goes to both before the next one.
  for (let at = 0; at < order.length; at += 2) expect(order[at]?.split(' ')[1]).toBe(order[at + 1]?.split(' ')[1]);
});

test('F47: what warms up is in no figure, and a vector that was there already is a cache hit (times by hand)', async () => {
  const texts: string[] = [];
  const search = (text: string) => {
    const isWarmUp = !['a', 'b'].includes(text);
    const cached = texts.includes(text);
    texts.push(text);
    const collections = [{ encoder: { kind: 'onnx', device: 'cpu', dtype: 'int8', cached } }];
    const timing = { totalMs: isWarmUp ? 1000 : 5, encodeMs: cached ? 0 : 3 };
    return Promise.resolve({ reranking: [], rerankTimeMs: 0, collections, timing } as never);
  };
  const searcher: Searcher = { search, close: () => Promise.resolve() };
  const queries = ['a', 'b'].map((text) => ({ id: text, text, judgements: null }));
  const set = { kind: 'csv', source: '', sha256: '', gain: 'linear', queries, warnings: [] } as const;
  const contender: Contender = { name: 'search', searcher: () => Promise.resolve(searcher) };
  const { asked, warmUpMs } = await timeQueries([contender], { set, rounds: 3, seed: 1 }, {});
  const timing = timingOf(asked, warmUpMs);
  expect([texts.length, asked.length]).toEqual([9, 6]);
  expect(timing?.cold).toMatchObject({ total: { samples: 2, maxMs: 5 }, encode: { samples: 2, p50Ms: 3 } });
  expect(timing?.warm).toMatchObject({ total: { samples: 4, maxMs: 5 }, encode: { samples: 4, maxMs: 0 } });
  expect(timing?.cacheHitRate).toBeCloseTo(4 / 6, 12);
});
