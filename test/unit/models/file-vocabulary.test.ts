/**
 * A vocabulary that is looked up in the file gives the tokens of one that was read: over words of the vocabulary itself, any
 * unicode, and files written in other ways.
 */
import * as fc from 'fast-check';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openFileVocabulary } from '../../../src/core/models/file-vocabulary.ts';
import { findLocalModel } from '../../../src/core/models/find-model.ts';
import { openTokenizer } from '../../../src/core/models/open-tokenizer.ts';
import type { Tokenizer } from '../../../src/core/models/tokenizer.ts';
import { packageRoot } from '../../../src/lib/package-root.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

interface TokenizerJson {
  added_tokens: unknown[];
  model: { type: string; vocab?: Record<string, number> };
}

let file = '';
let whole: Tokenizer;
let vocabulary: string[] = [];
const open = (tokenizerFile: string, use: 'query' | 'bulk') =>
  openTokenizer({ tokenizerFile, tokenizerConfigFile: null }, use);

beforeAll(async () => {
  ({ tokenizerFile: file } = await findLocalModel('all-MiniLM-L6-v2', { cacheFolder: temporaryFolder() }));
  whole = await open(file, 'bulk');
  vocabulary = Object.keys((JSON.parse(readFileSync(file, 'utf8')) as TokenizerJson).model.vocab ?? {});
});

/** By a tokenizer for each few texts, as a search has one: after some hundred lookups it would read everything. */
async function tokensOf(texts: readonly string[]): Promise<string[]> {
  const tokens: string[] = [];
  for (let at = 0; at < texts.length; at += 5) {
    const query = await open(file, 'query');
    for (const text of texts.slice(at, at + 5)) tokens.push(line(text, query));
  }
  return tokens;
}

const line = (text: string, tokenizer: Tokenizer): string => `${text}: ${tokenizer.encode(text, 256).ids.join(' ')}`;
const expected = (texts: readonly string[]): string[] => texts.map((text) => line(text, whole));

test('lines of documents', async () => {
  const folder = join(packageRoot, 'docs');
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const lines = pages.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  const some = lines.filter((_, index) => index % 12 === 0);
  expect(await tokensOf(some)).toEqual(expected(some));
});

test('every 40th entry of the vocabulary, as it is and grown together', async () => {
  const some = vocabulary.filter((_, index) => index % 40 === 7);
  const texts = some.map((token, index) => `${token} ${token}${some[index - 1] ?? ''}`);
  expect(await tokensOf(texts)).toEqual(expected(texts));
});

test('any unicode, with signs that JSON escapes and tokens with a meaning', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      '[CLS]',
      '[UNK]',
      '##ing',
      '"',
      '\\',
      '":12}',
      '","',
      '{',
      '\u0000',
      '\uFFFD',
      '\uD800',
      ' ',
      'é',
      '日本',
    ),
  );
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  const texts = fc.array(text, { minLength: 5, maxLength: 5 });
  const same = async (some: string[]) => {
    expect(await tokensOf(some)).toEqual(expected(some));
  };
  await fc.assert(fc.asyncProperty(texts, same), { numRuns: 40 });
});

test('a text of more words than are looked up one by one', async () => {
  const text = vocabulary.slice(3_000, 5_000).join(' ');
  const query = await open(file, 'query');
  for (let round = 0; round < 2; round++)
    expect(query.encode(text, 10_000).ids).toEqual(whole.encode(text, 10_000).ids);
});

const parsed = () =>
  JSON.parse(readFileSync(join(packageRoot, 'models/all-MiniLM-L6-v2/tokenizer.json'), 'utf8')) as TokenizerJson;
const small = {
  '[UNK]': 0,
  a: 1,
  '"': 2,
  '\\': 3,
  '##"': 4,
  '##}': 5,
  '}': 6,
  ':5}': 7,
  'x":5}': 8,
  b: 9,
  é: 10,
  ':': 11,
  ',': 12,
  c: 13,
};
const smallFile = () => ({
  ...parsed(),
  added_tokens: [],
  model: { ...parsed().model, unk_token: '[UNK]', vocab: small },
});

test.each([
  ['as few bytes as can be', JSON.stringify(smallFile())],
  ['indented', JSON.stringify(smallFile(), null, 2)],
  [
    'the vocabulary before the rest of the model',
    JSON.stringify({ ...smallFile(), model: Object.fromEntries(Object.entries(smallFile().model).toReversed()) }),
  ],
])('a small vocabulary of awkward entries, %s', async (_, text) => {
  const path = join(temporaryFolder(), 'tokenizer.json');
  writeFileSync(path, text);
  expect(openFileVocabulary(Buffer.from(text))).not.toBeNull();
  const [query, full] = [await open(path, 'query'), await open(path, 'bulk')];
  const samples = ['a', '"', '\\', '"}', '}', ':5}', 'x":5}', '":5}', 'b', 'é', ': , :', 'c', '\\"', '""'];
  for (const sample of samples)
    expect([sample, ...query.encode(sample, 99).ids]).toEqual([sample, ...full.encode(sample, 99).ids]);
});

test.each([
  ['no WordPiece', () => JSON.stringify({ ...smallFile(), model: { ...smallFile().model, type: 'BPE', merges: [] } })],
  ['signs written as \\u', () => JSON.stringify(smallFile()).replace('"é"', '"\\u00e9"')],
  ['a list for a vocabulary', () => JSON.stringify({ ...smallFile(), model: { type: 'Unigram', vocab: [['a', 1]] } })],
  ['another vocabulary first', () => JSON.stringify({ decoder: { vocab: { a: 1 } }, model: smallFile().model })],
])('read whole where there is %s', (_, text) => {
  expect(openFileVocabulary(Buffer.from(text()))).toBeNull();
});

test('says what is no tokenizer as it does of a whole one', async () => {
  const path = join(temporaryFolder(), 'tokenizer.json');
  writeFileSync(path, '{"model":{"type":"WordPiece","vocab":{"a":1}');
  await expect(open(path, 'query')).rejects.toThrow('is not a tokenizer that qdx can use');
});
