/**
 * Figures of judged queries, by hand.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gainsOf, hitOverlap, queryFigures } from '../../../src/core/transfer/reembed/query-figures.ts';
import { readTestQueries } from '../../../src/core/transfer/reembed/test-queries.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const hits = (...paths: string[]) => paths.map((path, index) => ({ id: `p${index}`, path }));

test('a file counts once, by its best grade, where it comes first', () => {
  const answers = [
    { path: 'a', grade: 1 },
    { path: 'a', grade: 2 },
    { path: 'b', grade: 1 },
  ];
  expect(gainsOf(hits('x', 'a', 'a', 'b'), { answers })).toEqual({ found: [0, 3, 1], ideal: [3, 1] });
});

test('answers by id are found by id', () => {
  expect(gainsOf(hits('x', 'y'), { answers: [{ id: 'p1', grade: 1 }] }).found).toEqual([0, 1]);
});

test('nDCG, MRR and hits', () => {
  const perfect = { found: [3, 1], ideal: [3, 1] };
  const second = { found: [0, 1], ideal: [1] };
  const none = { found: [0, 0], ideal: [1] };
  const figures = queryFigures([perfect, second, none]);
  expect(figures).toMatchObject({ judged: 3, mrrAt10: 0.5, hitAt1: 1 / 3, hitAt10: 2 / 3 });
  expect(figures?.ndcgAt10).toBeCloseTo((1 + 1 / Math.log2(3)) / 3, 12);
  expect(queryFigures([])).toBeNull();
});

test('overlap is the share of the first ten before', () => {
  expect(hitOverlap(hits('a', 'b'), [{ id: 'p1' }, { id: 'p9' }])).toBe(0.5);
  expect([hitOverlap([], []), hitOverlap([], [{ id: 'p1' }])]).toEqual([1, 0]);
});

describe('a file of queries', () => {
  const write = (text: string) => {
    const path = join(temporaryFolder('queries'), 'queries');
    writeFileSync(path, text);
    return path;
  };

  test('holds plain lines', async () => {
    expect(await readTestQueries(write('\uFEFFfirst query\r\n\n  second \n'))).toEqual([
      { query: 'first query', answers: [] },
      { query: 'second', answers: [] },
    ]);
  });

  test('holds judged queries', async () => {
    const text =
      '{"id":"q1","query":"a","answers":[{"path":"x.md","start":1,"end":2,"grade":2},{"id":7}]}\n{"query":"b"}\n';
    expect(await readTestQueries(write(text))).toEqual([
      {
        query: 'a',
        answers: [
          { path: 'x.md', grade: 2 },
          { id: '7', grade: 1 },
        ],
      },
      { query: 'b', answers: [] },
    ]);
  });

  test.each([
    ['nothing', '\n \n', 'holds no query'],
    ['a line without a query', '{"id":1}\n', 'line 1: it has no "query" that is a text'],
    ['an answer of nothing', '{"query":"a","answers":[{}]}\n', 'line 1: an answer has neither "path" nor "id"'],
    [
      'a grade of nothing',
      '{"query":"a","answers":[{"path":"x","grade":0}]}\n',
      'line 1: the "grade" of an answer is no number above 0',
    ],
    ['broken JSON', '{"query":"a"}\n{"query":\n', 'line 2: '],
  ])('that holds %s is refused, naming the line', async (_title, text, message) => {
    await expect(readTestQueries(write(text))).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(message),
    });
  });
});
