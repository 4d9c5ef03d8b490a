import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { findLocalModel } from '../../../src/core/models/find-model.ts';
import { openTokenizer } from '../../../src/core/models/open-tokenizer.ts';
import { prepareText } from '../../../src/core/models/encoders/prepare-text.ts';
import type { Tokenizer } from '../../../src/core/models/tokenizer.ts';
import { modelCard } from '../../helpers/model-card.ts';
import { tinyTokenizer } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer(await findLocalModel('all-MiniLM-L6-v2', { cacheFolder: temporaryFolder() }));
});

const [cls, sep] = [101, 102];

test('a text gets its special tokens, one on each side', () => {
  expect([...tokenizer.encode('read a file', 256).ids]).toEqual([cls, 3191, 1037, 5371, sep]);
  expect([tokenizer.specialTokens, tokenizer.leadingSpecialTokens, tokenizer.count('read a file')]).toEqual([2, 1, 3]);
});

test('F33: a text beyond the limit is cut, flagged, and keeps its closing token', () => {
  const { ids, truncated } = tokenizer.encode('file '.repeat(300), 256);
  expect([ids.length, ids[0], ids.at(-1), truncated]).toEqual([256, cls, sep, true]);
});

test.each([
  [254, false],
  [255, true],
])('F33: %i tokens of text in 256: truncated is %s', (count, expected) => {
  const { ids, truncated } = tokenizer.encode('file '.repeat(count), 256);
  expect([ids.length, truncated]).toEqual([256, expected]);
});

test.each(['', '   ', '\n\t'])('F33: %j is turned away, not embedded', (text) => {
  expect(() => prepareText(text, 'document', modelCard())).toThrow(/empty document has no vector/);
});

test('the prefix of the role is put before the text', () => {
  const card = modelCard({ queryPrefix: 'query: ', documentPrefix: 'passage: ' });
  expect([prepareText('x', 'query', card), prepareText('x', 'document', card)]).toEqual(['query: x', 'passage: x']);
});

const words = fc.array(
  fc.constantFrom('file', 'reading', 'größe', 'snake_case', '{', '(x)', 'Ünïcödé', '\n', '日本', 'a'.repeat(40)),
  { minLength: 200, maxLength: 900 },
);

test('the short way to the first ids of a long text gives the ids of the whole text', () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 8, max: 20 }), (parts, limit) => {
      const text = parts.join(' ');
      const whole = tokenizer.encode(text, 1_000_000).ids;
      const { ids, truncated } = tokenizer.encode(text, limit);
      expect(truncated).toBe(whole.length > limit);
      expect([...ids]).toEqual(truncated ? [...whole.slice(0, limit - 1), sep] : [...whole]);
    }),
    { numRuns: 30 },
  );
});

test('a megabyte without a space is still cut, if slowly', () => {
  const { ids, truncated } = tokenizer.encode('a-'.repeat(20_000), 16);
  expect([ids.length, truncated]).toEqual([16, true]);
});

const open = (content: string): Promise<Tokenizer> => {
  const file = join(temporaryFolder(), 'tokenizer.json');
  writeFileSync(file, content);
  return openTokenizer({ tokenizerFile: file, tokenizerConfigFile: null });
};

test.each(['not JSON', '{}', '[]'])('F30: %s is no tokenizer', async (content) => {
  await expect(open(content)).rejects.toMatchObject({ kind: 'verification' });
});

test('a tokenizer without special tokens adds none', async () => {
  const bare = await open(JSON.stringify({ ...tinyTokenizer(), post_processor: null }));
  expect([bare.specialTokens, [...bare.encode('read file', 16).ids]]).toEqual([0, [7, 8]]);
});

test('the padding and cutting that tokenizer.json asks for are not applied', async () => {
  const { tokenizerFile } = await findLocalModel('all-MiniLM-L6-v2', { cacheFolder: temporaryFolder() });
  expect(JSON.parse(readFileSync(tokenizerFile, 'utf8'))).toMatchObject({ truncation: { max_length: 128 } });
  expect(tokenizer.encode('file '.repeat(200), 256).ids.length).toBe(202);
});
