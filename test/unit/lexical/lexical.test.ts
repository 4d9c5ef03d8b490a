import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashTerm } from '../../../src/core/lexical/hash-term.ts';
import { createLexicalEncoder, defaultLexical } from '../../../src/core/lexical/lexical.ts';

const encoder = createLexicalEncoder();
const weightOf = (text: string, term: string, more = {}): number => {
  const { indices, values } = encoder.document({ content: text, ...more });
  return values[indices.indexOf(encoder.indexOf(term))] ?? 0;
};

describe('term hashes', () => {
  // Reference values of MurmurHash3_x86_32 with seed 0 and of FNV-1a, 32 bits.
  test.each([
    ['murmur3-32', '', 0],
    ['murmur3-32', 'test', 0xba6bd213],
    ['murmur3-32', 'Hello, world!', 0xc0363e43],
    ['murmur3-32', 'The quick brown fox jumps over the lazy dog', 0x2e4ff723],
    ['fnv1a-32', '', 0x811c9dc5],
    ['fnv1a-32', 'a', 0xe40c292c],
    ['fnv1a-32', 'foobar', 0xbf9cf968],
  ] as const)('%s of %j', (hash, term, value) => {
    expect(hashTerm(term, hash)).toBe(value);
  });

  test('terms of one hash share an index, and their weights add up', () => {
    const [one, other] = collidingTerms();
    const { indices, values } = encoder.document({ content: `${one} ${other}` });
    expect(indices).toHaveLength(1);
    expect(values[0]).toBeCloseTo(2 * (encoder.document({ content: `${one} ${one.slice(0, 3)}x` }).values[0] ?? 0), 5);
  });
});

describe('weights of a document', () => {
  test('BM25 of a term that occurs once in a text of average length is 1', () => {
    const filler = Array.from(
      { length: defaultLexical.averageLength - 1 },
      (_, index) => `qq${'abcdefghij'[index % 10]}zz`,
    ).join(' ');
    expect(weightOf(`needle ${filler}`, 'needl')).toBeCloseTo(1, 5);
  });

  test('more often weighs more, but never k1 + 1', () => {
    const weights = [1, 2, 5, 100].map((count) => weightOf('needle '.repeat(count), 'needl'));
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
    expect(weights.at(-1)).toBeLessThan(encoder.highestWeight);
  });

  test('a longer text weighs its words less', () => {
    expect(weightOf(`needle ${'hay '.repeat(500)}`, 'needl')).toBeLessThan(weightOf('needle hay', 'needl'));
  });

  test.each([
    ['path', { source_path: 'lib/needle.js' }],
    ['title', { title: 'Needle' }],
    ['headings', { heading_path: ['The needle'] }],
    ['symbol path', { symbol_path: ['findNeedle'] }],
    ['symbols', { symbols: ['needle'] }],
  ])('words of the %s count', (_field, more) => {
    expect(weightOf('hay', 'needl', more)).toBeGreaterThan(0);
  });

  test('a field without weight has no words', () => {
    const without = createLexicalEncoder({ ...defaultLexical, fieldWeights: { path: 0, heading: 0, symbol: 0 } });
    expect(without.document({ content: 'hay', source_path: 'needle.md' })).toEqual(
      without.document({ content: 'hay' }),
    );
  });

  test('indices are ascending u32 without repeats, values positive and finite', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), fc.string(), (content, path) => {
        const { indices, values } = encoder.document({ content, source_path: path });
        expect(values).toHaveLength(indices.length);
        expect(new Set(indices).size).toBe(indices.length);
        expect(indices).toEqual(indices.toSorted((a, b) => a - b));
        expect(indices.every((index) => Number.isInteger(index) && index >= 0 && index < 2 ** 32)).toBe(true);
        expect(values.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
      }),
    );
  });

  test('the order of words does not matter', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/)), (words) => {
        expect(encoder.document({ content: words.join(' ') })).toEqual(
          encoder.document({ content: words.toReversed().join(' ') }),
        );
      }),
    );
  });
});

describe('weights of a query', () => {
  test('each term counts as often as it is typed', () => {
    const { indices, values } = encoder.query('open open file');
    expect(values[indices.indexOf(encoder.indexOf('open'))]).toBe(2);
    expect(values).toHaveLength(2);
  });
  test('stop words alone are no query', () => {
    expect(encoder.query('what is the').indices).toEqual([]);
  });
});

/** Two plain words of one 32-bit hash, found by trying (birthday paradox: some 80,000 words). */
function collidingTerms(): [string, string] {
  const seen = new Map<number, string>();
  const letters = 'bcdfghjkmn';
  for (let number = 0; ; number++) {
    const word = `z${String(number)
      .padStart(6, '0')
      .replaceAll(/\d/g, (digit) => letters[Number(digit)] ?? '')}`;
    const hash = hashTerm(word, 'murmur3-32');
    const other = seen.get(hash);
    if (other !== undefined) return [other, word];
    seen.set(hash, word);
  }
}
