import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hitFormats } from '../../../src/commands/search/formats.ts';
import { hitKey } from '../../../src/commands/search/links.ts';
import { renderHits } from '../../../src/commands/search/render.ts';
import type { Hit } from '../../../src/core/retrieval/hits/hit.ts';
import type { SearchResponse } from '../../../src/core/retrieval/response.ts';
import { showStyles } from '../../../src/lib/style.ts';
import { sanitizeForTerminal } from '../../../src/lib/terminal.ts';

const view = { columns: 80, isTty: false, color: false };
const hit = (change: Partial<Hit> = {}): Hit => ({
  rank: 1,
  score: 0.5,
  collection: 'docs',
  id: 'a',
  path: 'guide/a.md',
  startLine: 3,
  endLine: 5,
  text: 'one\ntwo\nthree\n',
  ...change,
});
const response = (hits: readonly Hit[]): SearchResponse => ({
  query: 'two',
  mode: 'hybrid',
  collections: [
    {
      name: 'docs',
      mode: 'hybrid',
      model: 'm',
      encoder: { kind: 'onnx', device: 'cpu', dtype: 'int8', cached: false },
    },
  ],
  mergedBy: 'score',
  hits,
  numCandidates: 100,
  rerankTimeMs: 0,
  reranking: [],
  timing: { encodeMs: 1, serverMs: 1, rankMs: 1, totalMs: 3 },
});
const format = (name: string, hits: readonly Hit[]): string => hitFormats(response(hits))[name]?.(view) ?? '';

describe('csv', () => {
  test('a reader gets back any text, but for the apostrophe before what looks like a formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, path) => {
        const [row] = parse<Record<string, string>>(format('csv', [hit({ text, path })]), {
          columns: true,
          record_delimiter: '\r\n',
          relax_column_count: false,
        });
        expect(row?.['text']?.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(text);
        expect(row?.['path']?.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(path);
        expect(row?.['startLine']).toBe('3');
      }),
    );
  });
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('a spreadsheet does not run %j', (text) => {
    expect(format('csv', [hit({ text })])).toContain(`'${text}`);
  });
  test('no hits: the header alone', () => {
    expect(format('csv', [])).toMatch(/^rank,score,/);
  });
});

describe('other formats', () => {
  test.each(['files', 'md'])('%s: a name with control characters acts on nothing and stays one line', (name) => {
    const text = format(name, [hit({ path: 'a\n\u001B]0;x\u0007b.md', text: 'one' })]);
    expect(text).toContain(String.raw`a\n\x1b]0;x\x07b.md`);
    for (const acting of ['\u001B', '\u0007']) expect(text).not.toContain(acting);
  });
  test('files: each path once, in order of rank', () => {
    expect(format('files', [hit(), hit({ path: 'b.md' }), hit()])).toBe('guide/a.md\nb.md');
  });
  test('jsonl: one hit a line', () => {
    expect(
      format('jsonl', [hit(), hit({ id: 18446744073709551615n })])
        .split('\n')
        .at(-1),
    ).toContain('"id":18446744073709551615');
  });
  test('md: a fence longer than any in the text', () => {
    expect(format('md', [hit({ text: '````\nx\n````' })])).toContain('\n`````\n');
  });
});

describe('text', () => {
  const render = (hits: readonly Hit[], isTty = false) =>
    renderHits(
      response(hits),
      { full: false, explain: true, files: new Map([[hitKey(hit()), '/x/guide/a.md']]) },
      { ...view, isTty, color: isTty },
    );

  test('file:lines, score and the lines with their numbers', () => {
    expect(render([hit()])).toBe('1. guide/a.md:3-5  0.500\n   \n   3  one\n   4  two\n   5  three');
  });
  test('of a reranked search the score that ordered a hit; one without says which it is', () => {
    const lines = render([hit({ score: 0.4, rerankScore: 2.25 }), hit({ rank: 2, score: 0.9 })]).split('\n');
    expect(lines.filter((line) => line.includes('guide/a.md'))).toEqual([
      '1. guide/a.md:3-5  2.250',
      '2. guide/a.md:3-5  0.900 before reranking',
    ]);
  });
  test('no hits: what to try', () => {
    expect(render([])).toContain('Nothing in docs for "two".');
  });
  test('a collection without lines shows the path alone', () => {
    expect(render([hit({ startLine: 0, endLine: 0 })])).toContain('1. guide/a.md  0.500');
  });
  const rows = 'name: a\ncity: b\nnote: c\n';
  test.each([
    ['a CSV row', { chunker: 'record', startLine: 2, endLine: 2, text: rows }, 'a.md:2-2', '#L2'],
    ['a CSV row of as many lines as its text', { chunker: 'record', text: rows }, 'a.md:3-5', '#L3'],
    ['a JSON line', { chunker: 'record', language: 'jsonl', startLine: 9, endLine: 9, text: rows }, 'a.md:9-9', '#L9'],
    ['a chunk of docling', { chunker: 'docling', text: rows }, 'a.md', ''],
    ['a DoclingDocument, whose numbers are items', { language: 'docling', text: rows }, 'a.md', ''],
    ['a text that is not those lines', { startLine: 3, endLine: 4, text: rows }, 'a.md:3-4', '#L3'],
  ])('no line numbers inside of %s', (_title, change, place, anchor) => {
    const lines = render([hit(change)]).split('\n');
    expect(lines[0]).toBe(`1. guide/${place}  0.500`);
    expect(lines.slice(2)).toEqual(['   name: a', '   city: b', '   note: c']);
    expect(format('md', [hit(change)])).toContain(`1. \`guide/${place}\` (`);
    const shown = showStyles(render([hit(change)], true), sanitizeForTerminal);
    expect(shown).toContain(`file:///x/guide/a.md${anchor}\u001B\\`);
  });
  test.each([
    ['with a line break at the end', 'one\ntwo\nthree\n'],
    ['without one', 'one\ntwo\nthree'],
    ['with Windows line breaks', 'one\r\ntwo\r\nthree\r\n'],
  ])('lines %s have their numbers', (_title, text) => {
    expect(
      render([hit({ text })])
        .split('\n')
        .slice(2),
    ).toEqual(['   3  one', '   4  two', '   5  three']);
  });
  test('--full shows every line, the snippet four', () => {
    const text = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join('');
    const shown = (full: boolean) =>
      renderHits(response([hit({ endLine: 32, text })]), { full, explain: false, files: new Map() }, view).split('\n');
    expect(shown(false)).toHaveLength(1 + 4);
    expect(shown(true)).toHaveLength(1 + 30);
    expect(shown(true).at(-1)).toBe('   32  line 29');
  });

  test('F37: escapes in path, text and headings are inert on a terminal, and the link is ours', () => {
    const evil = '\u001B]8;;http://evil\u0007x\u001B[2J\u202E';
    const shown = showStyles(render([hit({ path: evil, text: evil, headingPath: [evil] })], true), sanitizeForTerminal);
    // eslint-disable-next-line no-control-regex -- the escape sequences of links are what is looked for
    const links = [...shown.matchAll(/\u001B\]8;;([^\u001B]*)/g)].map(([, url]) => url);
    expect(links).toEqual(['file:///x/guide/a.md#L3', '']);
    expect(shown).not.toContain('\u001B[2J');
    expect(shown).not.toContain('\u202E');
  });
});
