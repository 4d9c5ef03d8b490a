import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readJudgedSet, starterSet } from '../../../src/core/bench/inputs/read-judged-set.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

function write(files: Record<string, string>): string {
  const folder = temporaryFolder('judged');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const beir = {
  'queries.jsonl':
    '{"_id":"q1","text":"open a file"}\n{"_id":"q2","text":"close it"}\n{"_id":"q3","text":"other split"}\n',
  'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t2\nq2\td3\t1\n',
};

test('BEIR: queries and grades by document, linear; queries of other splits are left out and counted', async () => {
  const set = await readJudgedSet({ queries: write(beir) });
  expect(set).toMatchObject({ kind: 'beir', gain: 'linear' });
  expect(set.queries.map(({ id, text }) => [id, text])).toEqual([
    ['q1', 'open a file'],
    ['q2', 'close it'],
  ]);
  expect(set.queries[0]?.judgements).toEqual({
    kind: 'documents',
    grades: new Map([
      ['d1', 1],
      ['d2', 2],
    ]),
  });
  expect(set.warnings).toEqual([expect.stringMatching(/^1 of 3 queries have no judgement/)]);
});

test('TREC: a qrels file of four columns and queries with a tab', async () => {
  const folder = write({ 'q.tsv': '1\topen a file\n2\tclose it\n', 'qrels.txt': '1 0 d1 1\r\n2  0\td2 0\n' });
  const set = await readJudgedSet({ queries: join(folder, 'q.tsv'), qrels: join(folder, 'qrels.txt') });
  expect(set.kind).toBe('trec');
  expect(set.queries[1]).toEqual({
    id: '2',
    text: 'close it',
    judgements: { kind: 'documents', grades: new Map([['d2', 0]]) },
  });
});

test('passages: answers with lines, exponential; a folder names a collection by file', async () => {
  const line = (id: string) =>
    `{"id":"${id}","query":"open","type":"howto","answers":[{"path":"a.md","start":1,"end":9,"grade":2}]}\n`;
  const folder = write({ 'docs.jsonl': line('q1'), 'code.jsonl': line('q1') });
  const set = await readJudgedSet({ queries: folder });
  expect(set).toMatchObject({ kind: 'passages', gain: 'exponential' });
  expect(set.queries.map(({ id, collection, category }) => [id, collection, category])).toEqual([
    ['code/q1', 'code', 'howto'],
    ['docs/q1', 'docs', 'howto'],
  ]);
  expect(set.queries[0]?.judgements).toEqual({
    kind: 'passages',
    answers: [{ path: 'a.md', startLine: 1, endLine: 9, grade: 2 }],
  });
});

test('the starter set ships: 20 judged queries at least, of several types', async () => {
  const { queries } = await readJudgedSet({ queries: starterSet.queries });
  expect(queries.length).toBeGreaterThanOrEqual(20);
  expect(queries.every(({ judgements }) => judgements?.kind === 'passages')).toBe(true);
  expect(new Set(queries.map(({ category }) => category)).size).toBeGreaterThan(2);
});

describe('queries.csv', () => {
  const read = async (text: string) => readJudgedSet({ queries: join(write({ 'queries.csv': text }), 'queries.csv') });

  test('only queries: nobody has judged them', async () => {
    const { queries, warnings } = await read('query\n"open, then close"\nother\n');
    expect(queries.map(({ id, text, judgements }) => [id, text, judgements])).toEqual([
      ['open, then close', 'open, then close', null],
      ['other', 'other', null],
    ]);
    expect(warnings).toEqual([]);
  });
  test('several answers are several rows; without lines they are documents', async () => {
    const { queries, gain } = await read(
      'id,query,answer,grade,category\n1,open,a.md,2,howto\n1,open,b.md,,howto\n2,shut,,,\n',
    );
    expect(gain).toBe('linear');
    expect(queries[0]).toEqual({
      id: '1',
      text: 'open',
      category: 'howto',
      judgements: {
        kind: 'documents',
        grades: new Map([
          ['a.md', 2],
          ['b.md', 1],
        ]),
      },
    });
    expect(queries[1]?.judgements).toBeNull();
  });
  test('with lines they are passages', async () => {
    const { queries, gain } = await read('query,answer\nopen,a.md:3-9\n');
    expect(gain).toBe('exponential');
    expect(queries[0]?.judgements).toEqual({
      kind: 'passages',
      answers: [{ path: 'a.md', startLine: 3, endLine: 9, grade: 1 }],
    });
  });
  test.each([
    ['answer\na.md\n', /no column "query"/],
    ['query,rank\nopen,1\n', /unknown column "rank"/],
    ['query,answer\nopen,a.md:9-3\n', /line 2: a\.md:9-3 names no lines/],
    ['query,answer,grade\nopen,a.md,good\n', /line 2: the grade is no whole number/],
    ['query,answer\nopen,a.md:1-2\nshut,b.md\n', /answers with lines and answers without/],
    ['query\n"open\n', /queries\.csv: /],
    ['query\n', /no query to ask/],
  ])('%j', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('F47: what cannot be used is named with file and line', () => {
  test.each([
    [
      { ...beir, 'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\td1\t1\nq9\td1\t1\n' },
      /test\.tsv line 3: there is no query q9/,
    ],
    [{ ...beir, 'qrels/test.tsv': 'q1\td1\thigh\n' }, /line 1: the grade is no whole number: "high"/],
    [{ ...beir, 'qrels/test.tsv': 'q1\td1\n' }, /line 1: expected 3 columns/],
    [{ ...beir, 'qrels/test.tsv': 'q1\td1\tNaN\n' }, /line 1: the grade is no whole number: "NaN"/],
    [{ ...beir, 'qrels/test.tsv': 'query-id\tcorpus-id\tscore\n' }, /there is no judgement in .*test\.tsv$/],
    [{ 'queries.jsonl': beir['queries.jsonl'] }, /queries\.jsonl line 1: it is a query of a BEIR folder/],
    [{ ...beir, 'qrels/test.tsv': '', 'qrels/dev.tsv': '' }, /there is no judgement in .*test\.tsv$/],
    [{ 'queries.jsonl': beir['queries.jsonl'], 'qrels/a.tsv': '', 'qrels/b.tsv': '' }, /has 2 files in qrels\/$/],
    [{ 'read-me.txt': '' }, /there is no query to ask in /],
    [
      { ...beir, 'qrels/test.tsv': 'q1\td1\t1\nq1\td1\t2\n' },
      /line 2: query q1 and document d1 have grade 2 here, and 1 on line 1/,
    ],
    [
      { ...beir, 'queries.jsonl': '{"_id":"q1","text":"a"}\n{"_id":"q1","text":"b"}\n' },
      /line 2: query q1 stands on line 1 too/,
    ],
    [{ ...beir, 'queries.jsonl': '{"_id":"q1"}\n' }, /queries\.jsonl line 1: it has no "text"/],
    [{ ...beir, 'queries.jsonl': '[1]\n' }, /line 1: it is no JSON object/],
    [{ ...beir, 'queries.jsonl': '{"_id":\n' }, /line 1: it is no JSON/],
    [
      { 'q.jsonl': '{"id":"q1","query":"a","answers":[{"path":"a.md","start":5,"end":2,"grade":1}]}\n' },
      /line 1: the answer in a\.md has no lines/,
    ],
    [
      { 'q.jsonl': '{"id":"q1","query":"a","answers":[{"path":"a.md","start":1,"end":2,"grade":"x"}]}\n' },
      /line 1: the answer in a\.md has no grade/,
    ],
    [{ 'q.jsonl': '{"id":"q1","query":" "}\n' }, /line 1: it has no "query"/],
  ])('%#: %j', async (files, message) => {
    const folder = write(files);
    await expect(readJudgedSet({ queries: folder })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message) as string,
    });
  });
  test.each([
    ['queries.jsonl of a BEIR folder', { 'qrels/test.tsv': beir['qrels/test.tsv'] }, {}, 'queries.jsonl'],
    ['the split that was named', beir, { split: 'dev' }, 'qrels/dev.tsv'],
  ])('%s is missing', async (_title, files, named, missing) => {
    const folder = write(files);
    const message = expect.stringContaining(join(folder, missing)) as string;
    await expect(readJudgedSet({ queries: folder, ...named })).rejects.toMatchObject({ kind: 'notFound', message });
  });
  test('a folder that is not there', async () => {
    await expect(readJudgedSet({ queries: '/nowhere/at-all' })).rejects.toMatchObject({ kind: 'notFound' });
  });
});
