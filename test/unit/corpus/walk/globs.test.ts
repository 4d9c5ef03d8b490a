import { describe, expect, test } from 'vitest';
import { pathFilter } from '../../../../src/core/corpus/walk/globs.ts';

describe('a pattern that nothing closes is an error, not a search for nothing', () => {
  test.each([
    ['src/[abc', '[', ']'],
    ['*.{ts,js', '{', '}'],
    ['{a,{b,c}', '{', '}'],
  ])('%s', (pattern, open, close) => {
    const message = `the pattern ${JSON.stringify(pattern)} has a ${open} that no ${close} closes`;
    expect(() => pathFilter([pattern], [])).toThrow(message);
    expect(() => pathFilter([], [pattern])).toThrow(message);
  });

  test.each([
    ['[ab].md', 'a.md'],
    ['*.{ts,js}', 'x.js'],
    ['{a,{b,c}}.md', 'c.md'],
    ['\\[x.md', '[x.md'],
    ['[{].md', '{.md'],
    ['[[:alpha:]].md', 'z.md'],
  ])('%s accepts %s', (pattern, path) => {
    expect(pathFilter([pattern], []).accepts(path)).toBe(true);
  });
});
