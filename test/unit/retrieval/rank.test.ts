import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate, LexicalQuery } from '../../../src/core/retrieval/candidates.ts';
import { mergeByRank } from '../../../src/core/retrieval/ranking/merge-by-rank.ts';
import { rankCandidates } from '../../../src/core/retrieval/ranking/rank.ts';
import { groupByFile } from '../../../src/core/retrieval/ranking/rank-by-depth.ts';
import { rankAll } from '../../../src/core/retrieval/ranking/rank-lists.ts';
import type { SearchParams } from '../../../src/core/retrieval/params.ts';
import type { SearchTarget } from '../../../src/core/retrieval/target.ts';
import { documentTerms } from '../../../src/core/lexical/terms.ts';
import { defaultWeights } from '../../../src/core/retrieval/ranking/weights.ts';
import { testModel } from '../../helpers/collection-card.ts';

const target = (change: Partial<SearchTarget> = {}): SearchTarget => ({
  name: 'code',
  mode: 'hybrid',
  model: testModel(),
  dense: {
    vectorName: 'dense',
    cosine: { of: (score) => score, threshold: (cosine) => cosine },
    isQuantized: false,
  },
  lexical: null,
  payloadKeys: undefined,
  isChunked: true,
  tokens: null,
  chunking: null,
  pointCount: 100,
  ...change,
});

const candidate = (
  id: number,
  payload: Record<string, unknown> = {},
  scores: readonly [number, (number | undefined)?] = [0.5],
): Candidate => ({
  target: target(),
  id,
  payload: { source_path: `lib/${id}.js`, content: '', ...payload },
  dense: { rank: id, score: scores[0] },
  ...(scores[1] !== undefined && { lexical: { rank: id, score: scores[1] } }),
});

const lexicalOf = (query: string): LexicalQuery => {
  const idf = new Map(documentTerms(query).map((term) => [term, 2]));
  return { idf, ideal: idf.size * 2 * 2.2 };
};

const rank = (query: string, candidates: readonly Candidate[], weights = {}) =>
  rankCandidates({
    query,
    candidates,
    lexical: new Map([['code', lexicalOf(query)]]),
    weights: { ...defaultWeights, ...weights },
  });

const first = (query: string, one: Record<string, unknown>, other: Record<string, unknown>): number =>
  Number(rank(query, [candidate(1, other), candidate(2, one)])[0]?.candidate.id);

describe('signals put the better chunk first, all else equal', () => {
  test.each([
    ['definition before use', 'parse set cookie', { symbols: ['parseSetCookie'] }, { symbols: ['other'] }],
    [
      'the exact name before one that only shares words',
      'parseCookie',
      { symbols: ['parseCookie'] },
      { symbols: ['parseCookieList'] },
    ],
    ['case and separators aside', 'handlenativestream', { symbols: ['handle_native_stream'] }, { symbols: ['stream'] }],
    ['words in the path', 'kill a process', { source_path: 'lib/kill.js', symbol_path: ['a'] }, { symbol_path: ['a'] }],
    [
      'source before tests',
      'kill',
      { source_path: 'lib/a.js', symbols: ['x'] },
      { source_path: 'test/a.js', symbols: ['x'] },
    ],
    [
      'source before type declarations',
      'kill',
      { source_path: 'lib/a.js', symbols: ['x'] },
      { source_path: 'lib/a.d.ts', symbols: ['x'] },
    ],
  ])('%s', (_title, query, better, other) => {
    expect(first(query, better, other)).toBe(2);
    expect(first(query, other, better)).toBe(1);
  });

  test.each([
    'lib/generated/a.js',
    'lib/a.generated.ts',
    'api/user_pb2.py',
    'api/user.pb.go',
    'dist/a.js',
    'lib/a.min.js',
  ])('source before generated code at %s', (path) => {
    const own = { source_path: 'lib/a.js', symbols: ['x'] };
    const generated = { source_path: path, symbols: ['x'] };
    expect(first('kill', own, generated)).toBe(2);
    expect(first('kill', generated, own)).toBe(1);
  });

  test('tests are not demoted for who asks for tests', () => {
    const [ranked] = rank('test of kill', [candidate(1, { source_path: 'test/a.js', symbols: ['x'] })]);
    expect(ranked?.signals).not.toHaveProperty('aside');
  });

  test.each(['examples/a.md', 'test/readme.md', 'docs/kill.md'])('documentation at %s has no code signals', (path) => {
    const [ranked] = rank('kill example', [candidate(1, { source_path: path, heading_path: ['Kill'] })]);
    expect(
      Object.keys(ranked?.signals ?? {}).filter((name) => ['aside', 'path', 'definition', 'exact'].includes(name)),
    ).toEqual([]);
  });

  test('repeats of a file make room for another file of nearly the same score', () => {
    const same = { source_path: 'lib/same.js' };
    const order = rank('x', [candidate(1, same, [0.6]), candidate(2, same, [0.595]), candidate(3, {}, [0.594])], {
      coherence: 0,
    });
    expect(order.map((one) => one.candidate.id)).toEqual([1, 3, 2]);
  });

  test.each([
    ['function', 'symbol_path'],
    ['section', 'heading_path'],
  ])('further pieces of one %s make room for another of the same file', (_title, key) => {
    const piece = (id: number, name: string, cosine: number) =>
      candidate(id, { source_path: 'lib/a.js', [key]: ['A', name] }, [cosine]);
    const order = rank('x', [piece(1, 'one', 0.6), piece(2, 'one', 0.59), piece(3, 'other', 0.55)], { coherence: 0 });
    expect(order.map((one) => one.candidate.id)).toEqual([1, 3, 2]);
    expect(order[2]?.signals['section']).toBeCloseTo(-defaultWeights.section, 12);
  });

  test('pieces that are below nothing are no section', () => {
    const bare = (id: number) => candidate(id, { source_path: 'a.md', heading_path: [] });
    for (const { signals } of rank('x', [bare(1), bare(2)])) expect(signals).not.toHaveProperty('section');
  });
});

test('what further pieces of a section lost is left out of the score that rerankers start from', () => {
  const same = { source_path: 'lib/a.js', symbol_path: ['f'] };
  const [best, next] = rank('kill', [candidate(1, same), candidate(2, same)]);
  expect(best?.undemoted).toBe(best?.score);
  expect(next?.undemoted).toBeCloseTo((next?.score ?? 0) + defaultWeights.section, 12);
});

describe('scores', () => {
  const candidates = fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 999 }),
      file: fc.integer({ min: 1, max: 5 }),
      cosine: fc.double({ min: -1, max: 1, noNaN: true }),
      words: fc.option(fc.double({ min: 0, max: 8, noNaN: true }), { nil: undefined }),
      symbol: fc.constantFrom('parseCookie', 'kill', 'other'),
    }),
    { selector: ({ id }) => id },
  );
  const made = candidates.map((list) =>
    list.map(({ id, file, cosine, words, symbol }) =>
      candidate(id, { source_path: `lib/${file}.js`, symbols: [symbol] }, [cosine, words]),
    ),
  );

  test('cosine and signals add up to the score: what --explain shows is all there is', () => {
    fc.assert(
      fc.property(made, (list) => {
        for (const { candidate: one, score, signals } of rank('parse cookie', list)) {
          const total = Object.values(signals).reduce((sum, value) => sum + value, one.dense?.score ?? 0);
          expect(score).toBeCloseTo(total, 9);
        }
      }),
    );
  });

  test('nothing is lost, nothing doubled, and the order of the input does not matter', () => {
    fc.assert(
      fc.property(made, (list) => {
        const ids = rank('parse cookie', list).map((one) => one.candidate.id);
        expect(new Set(ids)).toEqual(new Set(list.map(({ id }) => id)));
        expect(ids).toHaveLength(list.length);
        expect(rank('parse cookie', list.toReversed()).map((one) => one.candidate.id)).toEqual(ids);
      }),
    );
  });

  test('with all weights at 0 the cosine ranks', () => {
    const off = Object.fromEntries(Object.keys(defaultWeights).map((name) => [name, 0]));
    fc.assert(
      fc.property(made, (list) => {
        const scores = rank('parse cookie', list, off).map(({ score }) => score);
        expect(scores).toEqual(list.map(({ dense }) => dense?.score ?? 0).toSorted((a, b) => b - a));
      }),
    );
  });
});

describe('several collections', () => {
  const params = { candidates: 100 } as SearchParams;
  const list = (one: SearchTarget, scores: readonly number[]) => ({
    target: one,
    candidates: scores.map((score, index) => ({ ...candidate(index + 1, {}, [score]), target: one })),
    lexical: new Map([[one.name, { idf: new Map(), ideal: 0 }]]),
  });

  test('of one vector space: one ranking by score', () => {
    const ranked = rankAll('x', [list(target(), [0.9, 0.3]), list(target({ name: 'more' }), [0.6])], params);
    expect(ranked.map((group) => group.map(({ candidate: one }) => one.target.name))).toEqual([
      ['code', 'more', 'code'],
    ]);
  });

  test('of different ones: rankings of their own, merged by rank, the lists taking turns', () => {
    const other = target({ name: 'other', model: testModel({ repository: 'test/another' }) });
    const ranked = rankAll('x', [list(target(), [0.9, 0.8]), list(other, [0.2, 0.1])], params);
    expect(ranked).toHaveLength(2);
    expect(mergeByRank(ranked).map(({ item }) => item.candidate.target.name)).toEqual([
      'code',
      'other',
      'code',
      'other',
    ]);
  });

  test('files of one path in two sources are two files: neither demotes the other nor adds to it', () => {
    const scores = (one: object, other: object) =>
      rank('zzz', [candidate(1, { ...one }, [0.5]), candidate(2, { ...other }, [0.49])]).map(({ score }) => score);
    const same = { source_path: 'README.md' };
    expect(scores({ ...same, source: 'a' }, { ...same, source: 'b' })).toEqual(scores({}, {}));
    expect(scores({ ...same, source: 'a' }, { ...same, source: 'a' })).not.toEqual(scores({}, {}));
  });

  test('grouped by path: the best hit of each file, with their number', () => {
    const [ranked = []] = rankAll('x', [list(target(), [0.5, 0.4])], params);
    const same = ranked.map((item) => ({ ...item, candidate: { ...item.candidate, payload: { source_path: 'a' } } }));
    expect(groupByFile(same)).toEqual([{ item: same[0], groupSize: 2 }]);
  });
});
