import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentTerms, queryTerms, squeeze } from '../../../src/core/lexical/terms.ts';

describe('terms of a text', () => {
  test.each([
    ['an identifier whole and in parts', 'getUserById', ['getuserbyid', 'get', 'user', 'id']],
    ['snake case', 'get_user_name', ['getusernam', 'get', 'user', 'name']],
    ['a run of capitals', 'HTTPServer', ['httpserver', 'http', 'server']],
    ['digits apart from letters', 'utf8Text', ['utf8text', 'utf', '8', 'text']],
    ['constants', 'SPECIAL_CHAR_REGEXP', ['specialcharregexp', 'special', 'char', 'regexp']],
    ['private names', '_collectValue', ['collectvalu', 'collect', 'valu']],
    ['dollar signs', '$scope', ['scop']],
    ['stop words left out', 'how is the index built', ['index', 'built']],
    ['plurals and verb endings', 'queries running indexes parsed', ['query', 'run', 'index', 'pars']],
    ['accents folded', 'café Müller', ['cafe', 'muller']],
    ['full-width letters', 'ＡＰＩ', ['api']],
    ['pairs where a script has no spaces', '東京都', ['東京', '京都']],
    ['a single character of such a script', '東', ['東']],
    ['Cyrillic as it stands', 'Привет мир', ['привет', 'мир']],
    ['nothing in punctuation', '!?… --- {}', []],
    ['long runs are data', 'a'.repeat(65), []],
  ])('%s', (_title, text, terms) => {
    expect(documentTerms(text)).toEqual(terms);
  });

  test.each([
    ['parseSetCookie', 'parse_set_cookie'],
    ['handleNativeStream', 'HANDLE_NATIVE_STREAM'],
    ['ef-construct', 'efConstruct'],
  ])('%s and %s are squeezed alike', (one, other) => {
    expect(squeeze(one)).toBe(squeeze(other));
  });

  test.each(['parseSetCookie', 'ResizeableBuffers', 'normalize_columns', 'onClosed'])(
    '%s typed as one word finds its whole',
    (name) => {
      expect(documentTerms(name)).toContain(documentTerms(name.replaceAll('_', '').toLowerCase())[0]);
    },
  );

  test('a query of terms finds the document of the same words: both are cut alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(queryTerms(text)).toEqual(documentTerms(text));
      }),
    );
  });

  test('cutting never depends on what stands beside a word', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        expect(documentTerms(`${left}\n${right}`)).toEqual([...documentTerms(left), ...documentTerms(right)]);
      }),
    );
  });

  test('no term is empty, long, or in capitals', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const term of documentTerms(text)) {
          expect(term).not.toBe('');
          expect(term.length).toBeLessThanOrEqual(64);
          expect(/[A-Z]/.test(term)).toBe(false);
        }
      }),
    );
  });
});
