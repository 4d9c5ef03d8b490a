/**
 * The two promises of cutting: nothing is lost, and nothing is above the model's limit.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Document } from '../../../../src/core/corpus/document.ts';
import { languageOf } from '../../../../src/core/corpus/languages.ts';
import { codeDocument } from '../../../../src/core/corpus/readers/code.ts';
import { markdownDocument } from '../../../../src/core/corpus/readers/markdown.ts';
import { textDocument } from '../../../../src/core/corpus/readers/text.ts';
import { embeddedText } from '../../../../src/core/corpus/template.ts';
import { cut, settings, wordTokenizer } from '../support.ts';

const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\r\n\r\n', '\n \n', '');
const words = fc.array(
  fc.constantFrom(
    'alpha',
    'béta',
    'parseSetCookieHTTPHeader',
    '漢字',
    '😀',
    'x',
    '{',
    '}',
    '(',
    ')',
    ';',
    '`',
    '|',
    '<!--',
    '-->',
  ),
  {
    maxLength: 12,
  },
);
const longLine = fc
  .integer({ min: 100, max: 900 })
  .map((length) => 'word,'.repeat(length / 5) + '😀'.repeat(length / 10));
const pieces = fc.oneof(
  words.map((list) => list.join(' ')),
  fc.constantFrom(
    '# One',
    '## Two `x`',
    '### Three',
    'Setext',
    '===',
    '---',
    '```js',
    '```',
    '~~~~',
    '> quote',
    '- item',
    '| a | b |',
  ),
  fc.constantFrom(
    'function one() {',
    'class Two {',
    'const three = () => 3;',
    '}',
    '// note',
    '"""',
    '/*',
    '*/',
    'def four():',
    '    return 1',
  ),
  longLine,
);
const texts = fc
  .array(fc.tuple(pieces, lineEnd), { maxLength: 40 })
  .map((lines) => lines.map(([line, end]) => line + end).join(''));

const templates = fc.constantFrom('path-headings-content@1', 'path-headings-words@1', 'headings-content@1');

const readersOfText: [name: string, read: (text: string) => Document | Promise<Document>][] = [
  ['Markdown', markdownDocument],
  ['plain text', (text) => textDocument(text, 'notes.txt')],
  ['YAML', (text) => textDocument(text, 'a.yaml')],
  ['JavaScript', (text) => codeDocument(text, languageOf('a.js') ?? { name: '' })],
  ['Python', (text) => codeDocument(text, languageOf('a.py') ?? { name: '' })],
];

describe.each(readersOfText)('%s', (_name, read) => {
  test('contents put together are the file, and every chunk keeps the limit', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 24, max: 200 }), templates, async (text, maxTokens, template) => {
        const chunks = cut(await read(text), settings(maxTokens, { template }));
        expect(chunks.map((chunk) => chunk.payload.content).join('')).toBe(text.trim() === '' ? '' : text);
        for (const chunk of chunks) {
          expect(chunk.tokenCount).toBeLessThanOrEqual(maxTokens);
          expect(chunk.tokenCount).toBe(wordTokenizer.count(chunk.text) + wordTokenizer.specialTokens);
          expect(chunk.payload.content.trim()).not.toBe('');
          expect(embeddedText(chunk.payload, template)).toBe(chunk.text);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('line numbers are those of the content', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 24, max: 120 }), async (text, maxTokens) => {
        let before = 0;
        for (const { payload } of cut(await read(text), settings(maxTokens))) {
          const linesBefore = text.slice(0, before).split('\n').length;
          expect(payload.start_line).toBe(linesBefore);
          expect(payload.end_line).toBe(linesBefore + payload.content.replace(/\n$/, '').split('\n').length - 1);
          before += payload.content.length;
        }
      }),
      { numRuns: 100 },
    );
  });

  test('ids are all different and depend on nothing but the text and its place', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const ids = cut(await read(text), settings(48)).map((chunk) => chunk.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(cut(await read(text), settings(48)).map((chunk) => chunk.id)).toEqual(ids);
      }),
      { numRuns: 50 },
    );
  });
});
