/**
 * Cross-encoders against an independent implementation (scripts/make-cross-encoder.py): the Rust tokenizers for the tokens,
 * numpy for the logits.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findModel, findReranker } from '../../../src/core/models/find-model.ts';
import { openPairTokenizer, windowStarts } from '../../../src/core/models/pair-tokenizer.ts';
import { openPairScoring } from '../../../src/core/models/scorers/score-pairs.ts';
import { crossEncoderFolder, referencePairs } from '../../helpers/cross-encoder.ts';
import { tinyRepository, writeFiles } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const places = { cacheFolder: temporaryFolder('cache') };
const device = { provider: 'cpu' } as const;
const open = async (graph?: 'two-labels', batchTokens = 0, config: object = {}) => {
  const model = await findReranker(crossEncoderFolder(graph, config), places);
  return openPairScoring({ model, device, batchTokens });
};

describe('pairs as an independent implementation reads them', () => {
  test('tokens and types, window by window', async () => {
    const model = await findReranker(crossEncoderFolder(), places);
    const tokenizer = await openPairTokenizer(model);
    const read = referencePairs.map(({ query, text }) =>
      tokenizer.windows(query, text, 32).map(({ ids, types }) => ({ ids: [...ids], types: [...types] })),
    );
    expect(read).toStrictEqual(referencePairs.map(({ windows }) => windows.map(({ ids, types }) => ({ ids, types }))));
  });

  test.each([
    ['one label, with token types', undefined, 'logit', 0],
    ['one label, short windows in one padded run', undefined, 'logit', 512],
    ['two labels, without token types', 'two-labels', 'logitOfTwo', 0],
    ['two labels, in one padded run', 'two-labels', 'logitOfTwo', 512],
  ] as const)('logits of %s', async (_what, graph, key, batchTokens) => {
    const config = graph ? { id2label: { 0: 'no', 1: 'yes' } } : {};
    const scores = await (await open(graph, batchTokens, config)).score(referencePairs);
    expect(scores.map(({ windows }) => windows)).toStrictEqual(referencePairs.map(({ windows }) => windows.length));
    for (const [index, { logit }] of scores.entries()) expect(logit).toBeCloseTo(referencePairs[index]![key], 4);
    // The stock pipeline of transformers.js says 1.0 of every pair.
    expect(new Set(scores.map(({ logit }) => logit.toFixed(4))).size).toBe(referencePairs.length);
  });
});

test('windows cover a text of any length, evenly, the last one to its end', () => {
  fc.assert(
    fc.property(fc.nat({ max: 400 }), fc.integer({ min: 1, max: 60 }), (length, width) => {
      const starts = windowStarts(length, width);
      expect(starts.length).toBe(Math.max(1, Math.ceil(length / width)));
      expect(starts[0]).toBe(0);
      for (const [at, start] of starts.entries()) expect(start - (starts[at - 1] ?? 0)).toBeLessThanOrEqual(width);
      expect((starts.at(-1) ?? 0) + width).toBeGreaterThanOrEqual(length);
    }),
  );
});

describe('cards', () => {
  test.each([
    ['Identity', { sentence_transformers: { activation_fn: 'torch.nn.modules.linear.Identity' } }, 'logit'],
    [
      'Identity, as older versions write it',
      { sentence_transformers: null, sbert_ce_default_activation_function: 'torch.nn.modules.linear.Identity' },
      'logit',
    ],
    ['Sigmoid', { sentence_transformers: { activation_fn: 'torch.nn.modules.activation.Sigmoid' } }, 'probability'],
    ['nothing named', { sentence_transformers: null }, 'probability'],
  ])('activation %s', async (_what, config, score) => {
    const { card } = await findReranker(crossEncoderFolder('model', config), places);
    expect(card).toMatchObject({ task: 'rerank', score, maxTokens: 32, dtype: 'fp32' });
  });

  test('a classifier of many classes, and one without a limit, are refused', async () => {
    const many = crossEncoderFolder('model', { id2label: { 0: 'a', 1: 'b', 2: 'c' } });
    await expect(findReranker(many, places)).rejects.toThrow(/sorts texts into 3 classes/);
    const endless = crossEncoderFolder('model', { max_position_embeddings: undefined });
    writeFileSync(join(endless, 'tokenizer_config.json'), '{"model_max_length":1e30}');
    await expect(findReranker(endless, places)).rejects.toThrow(/how long an input may be/);
  });

  test('an encoder is no reranker, and a reranker no encoder', async () => {
    const encoder = temporaryFolder('encoder');
    writeFiles(encoder, tinyRepository());
    await expect(findReranker(encoder, places)).rejects.toThrow(/is an encoder: it makes vectors/);
    await expect(findModel(crossEncoderFolder(), places)).rejects.toThrow(/is a reranker/);
    await expect(findReranker('cross-encoder/ms-marco-MiniLM-L-6-v2', places)).rejects.toMatchObject({
      kind: 'notFound',
      hint: 'get it with: qdx models download cross-encoder/ms-marco-MiniLM-L-6-v2',
    });
  });

  test('a graph of rows is no scorer', async () => {
    const folder = crossEncoderFolder();
    writeFiles(folder, { 'onnx/model.onnx': tinyRepository()['onnx/model.onnx']! });
    const model = await findReranker(folder, places);
    const scoring = await openPairScoring({ model, device, batchTokens: 0 });
    await expect(scoring.score([{ query: 'read', text: 'file' }])).rejects.toThrow(/no score of each/);
  });
});
