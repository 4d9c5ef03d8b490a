import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { snippet } from '../../../src/core/retrieval/hits/snippet.ts';

const text = [
  '# Title',
  '',
  'Some words.',
  'More of them.',
  'Rotate the key here.',
  'The encryption key stays.',
  'End.',
  '',
].join('\n');
const numbers = (query: string, count = 2) => snippet(text, 11, query, count).map(({ number }) => number);

describe('the lines that show why', () => {
  test.each([
    ['the run with the most different words of the query', 'rotating encryption keys', [15, 16]],
    ['the first lines with text where no word is in it', 'nothing here known', [15, 16]],
    ['the first lines where nothing matches at all', 'zebra', [11, 12]],
  ])('%s', (_title, query, lines) => {
    expect(numbers(query)).toEqual(lines);
  });

  test('words are marked where they stand, in any form', () => {
    const [line] = snippet('He rotated keys', 1, 'rotate a key', 1);
    expect(line?.marks.map(([start, end]) => 'He rotated keys'.slice(start, end))).toEqual(['rotated', 'keys']);
  });

  test('lines are those of the text, in order, at most as many as asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-c ]{0,6}$/)),
        fc.stringMatching(/^[a-c]{1,3}$/),
        fc.integer({ min: 1, max: 5 }),
        (lines, query, count) => {
          const shown = snippet(lines.join('\n'), 1, query, count);
          expect(shown.length).toBeLessThanOrEqual(count);
          for (const { number, text: line } of shown) expect(line.trimEnd()).toBe((lines[number - 1] ?? '').trimEnd());
        },
      ),
    );
  });
});
