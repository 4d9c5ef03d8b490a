/**
 * How source code is cut by its syntax tree.
 */
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../../../src/core/corpus/chunk.ts';
import { languageOf } from '../../../../src/core/corpus/languages.ts';
import { codeDocument } from '../../../../src/core/corpus/readers/code.ts';
import { cut, settings } from '../support.ts';

async function chunksOf(fileName: string, text: string, more: Parameters<typeof settings>[1] = {}): Promise<Chunk[]> {
  const language = languageOf(fileName);
  if (language === undefined) throw new Error(`no language for ${fileName}`);
  return cut(await codeDocument(text, language), settings(256, { codeMinTokens: 1, ...more }), fileName);
}

const body = (count: number): string => Array.from({ length: count }, (_, at) => `    call${at}(${at});\n`).join('');

describe('cutting', () => {
  test('a definition keeps its comments and decorators', async () => {
    const source = `import a from 'a';\n\n/** Says what it does. */\n@decorated\nexport class One {\n  x = 1;\n}\n\n// Two.\nfunction two() {}\n`;
    const chunks = await chunksOf('a.ts', source);
    expect(chunks.map((chunk) => chunk.payload.content)).toEqual([
      `import a from 'a';\n\n`,
      '/** Says what it does. */\n@decorated\nexport class One {\n  x = 1;\n}\n\n',
      '// Two.\nfunction two() {}\n',
    ]);
  });

  test('a class that does not fit is cut at its methods, each with its path and symbols', async () => {
    const method = (name: string): string => `  ${name}() {\n${body(12)}  }\n\n`;
    const source = `class Big {\n${method('one')}${method('two')}${method('three')}}\n`;
    const chunks = await chunksOf('a.js', source, { codeTargetTokens: 100, codeMinTokens: 20 });
    expect(chunks.map(({ payload }) => [payload.symbol_path?.join('.'), payload.symbols])).toEqual([
      ['Big.one', ['Big', 'one']],
      ['Big.two', ['two']],
      ['Big.three', ['three']],
    ]);
  });

  test('a function that does not fit is cut between statements; only its beginning defines it', async () => {
    const source = `function long() {\n${body(60)}}\n`;
    const chunks = await chunksOf('a.js', source, { codeTargetTokens: 100 });
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.map(({ payload }) => payload.symbol_path)).toEqual(chunks.map(() => ['long']));
    expect(chunks.map(({ payload }) => payload.symbols)).toEqual([['long'], ...chunks.slice(1).map(() => undefined)]);
  });

  test('small neighbours are merged under what they share', async () => {
    const source = 'const a = 1;\nfunction b() {}\nfunction c() {}\n';
    const chunks = await chunksOf('a.js', source, { codeMinTokens: 40 });
    expect(chunks.map(({ payload }) => [payload.symbol_path, payload.symbols])).toEqual([[undefined, ['a', 'b', 'c']]]);
  });

  test('offsets are right behind characters of two units and of more than one byte', async () => {
    const source = `const smile = '😀😀é漢';\n${body(40)}\nfunction late() { return '😀'; }\n`;
    const chunks = await chunksOf('a.js', source, { codeTargetTokens: 60 });
    expect(chunks.at(-1)?.payload.symbols).toEqual(['late']);
    expect(chunks[0]?.payload.symbols).toEqual(['smile']);
  });

  test('text that does not parse is cut at blank lines', async () => {
    const source = '%%% ??? ((( \n\n)) @@ ~~ }}}\n\n'.repeat(20);
    const chunks = await chunksOf('a.py', source, { codeTargetTokens: 60 });
    expect(chunks.map((chunk) => chunk.payload.content).join('')).toBe(source);
  });

  test('nesting of 20,000 levels ends', async () => {
    const source = `x = ${'(\n'.repeat(20_000)}1${'\n)'.repeat(20_000)}\n`;
    const chunks = await chunksOf('a.py', source);
    expect(chunks.map((chunk) => chunk.payload.content).join('')).toBe(source);
  });

  test('a language without a grammar has no symbols', async () => {
    const [chunk] = await chunksOf('a.kt', 'fun main() {}\n');
    expect(chunk?.payload).toMatchObject({ language: 'kotlin' });
    expect(chunk?.payload).not.toHaveProperty('symbols');
  });
});
