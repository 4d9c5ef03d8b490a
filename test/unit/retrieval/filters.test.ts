import { describe, expect, test } from 'vitest';
import { buildFilter } from '../../../src/core/retrieval/filters.ts';
import type { SearchFilters } from '../../../src/core/retrieval/params.ts';

const filters = (change: Partial<SearchFilters>): SearchFilters => ({
  conditions: [],
  paths: [],
  excludes: [],
  subdirectories: [],
  languages: [],
  ...change,
});
const must = (condition: string) => buildFilter(filters({ conditions: [condition] }), null, undefined)?.must;

describe('--filter', () => {
  test.each([
    ['text', 'title=Guide', { key: 'title', match: { value: 'Guide' } }],
    ['text with an equals sign', 'title=a=b', { key: 'title', match: { value: 'a=b' } }],
    ['a quoted text', 'version="5"', { key: 'version', match: { value: '5' } }],
    [
      'a number may be a text',
      'n=5',
      {
        should: [
          { key: 'n', match: { value: '5' } },
          { key: 'n', match: { value: 5 } },
        ],
      },
    ],
    [
      'so may a truth',
      'on=true',
      {
        should: [
          { key: 'on', match: { value: 'true' } },
          { key: 'on', match: { value: true } },
        ],
      },
    ],
    [
      'a fraction is a range',
      'x=1.5',
      {
        should: [
          { key: 'x', match: { value: '1.5' } },
          { key: 'x', range: { gte: 1.5, lte: 1.5 } },
        ],
      },
    ],
    ['at least', 'start_line>=10', { key: 'start_line', range: { gte: 10 } }],
    ['less than', 'start_line<10', { key: 'start_line', range: { lt: 10 } }],
    ['a date', 'day>2026-01-31', { key: 'day', range: { gt: '2026-01-31' } }],
    ['nested keys', 'meta.author=ann', { key: 'meta.author', match: { value: 'ann' } }],
  ])('%s', (_title, condition, clause) => {
    expect(must(condition)).toEqual([clause]);
  });

  test('!= goes to must_not', () => {
    expect(buildFilter(filters({ conditions: ['title!=Guide'] }), null, undefined)).toEqual({
      must_not: [{ key: 'title', match: { value: 'Guide' } }],
    });
  });

  test.each(['title', '=x', '', 'title=', 'title= ', 'start_line>abc', 'start_line>=', 'two words=x'])(
    'a bad filter never widens: %j is refused',
    (condition) => {
      const message: unknown = expect.stringContaining(JSON.stringify(condition));
      expect(() => must(condition)).toThrowError(expect.objectContaining({ kind: 'usage', message }));
    },
  );
});

describe('other filters', () => {
  test('nothing asked, nothing sent', () => {
    expect(buildFilter(filters({}), null, undefined)).toBeUndefined();
  });
  test('subdirectories and languages: any of each', () => {
    expect(buildFilter(filters({ subdirectories: ['a', './b/'], languages: ['Python'] }), null, undefined)).toEqual({
      must: [
        { key: 'subdirectory', match: { any: ['a', 'b'] } },
        { key: 'language', match: { any: ['python'] } },
      ],
    });
  });
  test('no file matches: the filter matches nothing, instead of going away', () => {
    expect(buildFilter(filters({}), { any: [] }, undefined)).toEqual({
      must: [{ key: 'source_path', match: { any: [] } }],
    });
  });
  test("keys of somebody else's collection", () => {
    const keys = { source_path: 'file', language: 'lang' };
    expect(buildFilter(filters({ languages: ['go'], conditions: ['source_path=a'] }), { none: ['b'] }, keys)).toEqual({
      must: [
        { key: 'file', match: { value: 'a' } },
        { key: 'lang', match: { any: ['go'] } },
      ],
      must_not: [{ key: 'file', match: { any: ['b'] } }],
    });
  });
});
