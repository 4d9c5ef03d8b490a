/**
 * Padded runs as on a GPU. Mock: a session, since no GPU can be had where qdx is tested; its errors are worded as ONNX Runtime and
 * CUDA word them (cuda_call.cc, bfc_arena.cc of 1.30).
 */
import { expect, test } from 'vitest';
import { builtInCards } from '../../../src/core/models/cards/built-in-cards.ts';
import { estimatingTokenizer } from '../../../src/core/models/endpoint/count-tokens.ts';
import { createTextEncoder } from '../../../src/core/models/encoders/text-encoder.ts';
import type { ModelSession } from '../../../src/core/models/onnx/session.ts';

const card = { ...builtInCards[0]!, dimension: 2, normalize: false };
const texts = [3, 40, 8, 120, 5, 60].map((words) => ({ text: 'word '.repeat(words), tokenVectors: false }));

/** Rows of one and the number of the text's tokens; fails above so many padded tokens. */
function session(mostTokens: number, failure: string) {
  const runs: number[] = [];
  const run: ModelSession['run'] = async (batch) => {
    const length = Math.max(...batch.map((ids) => ids.length));
    runs.push(batch.length);
    if (length * batch.length > mostTokens) throw new Error(failure);
    const rows = batch.map((ids) => Array.from({ length }, () => [1, ids.length]));
    return { kind: 'hidden', data: Float32Array.from(rows.flat(2)), length, dimension: 2 };
  };
  return { runs, session: { run, close: async () => {} } };
}

test.each([
  ['CUDA', 'CUDA failure 2: out of memory ; GPU=0 ; hostname=node ; file=/onnxruntime_src/cuda_call.cc ; line=121'],
  [
    'the arena of ONNX Runtime',
    'Non-zero status code returned while running MatMul node. bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 1073741824',
  ],
  ['cuBLAS', 'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0'],
])(
  'F34: mock session without a GPU: out of memory as %s says it halves the run, and every text has its own vector',
  async (_who, failure) => {
    const { runs, session: fake } = session(200, failure);
    const encoder = createTextEncoder({ card, tokenizer: estimatingTokenizer, session: fake, batchTokens: 16_384 });
    const encoded = await encoder.encode(texts);
    expect(encoded.map(({ vector }) => [...vector])).toEqual(encoded.map(({ tokenCount }) => [1, tokenCount]));
    expect(runs[0]).toBe(texts.length);
    expect(Math.max(...runs.slice(1))).toBeLessThan(texts.length);
  },
);

test('F34: mock session without a GPU: another failure is not tried again', async () => {
  const { runs, session: fake } = session(0, 'invalid shape');
  const encoder = createTextEncoder({ card, tokenizer: estimatingTokenizer, session: fake, batchTokens: 16_384 });
  await expect(encoder.encode(texts)).rejects.toThrow('invalid shape');
  expect(runs).toEqual([texts.length]);
});

test('a budget of tokens cuts a run before memory has to', async () => {
  const { runs, session: fake } = session(400, 'CUDA failure 2: out of memory');
  const encoder = createTextEncoder({ card, tokenizer: estimatingTokenizer, session: fake, batchTokens: 400 });
  await encoder.encode(texts);
  expect(runs.length).toBeGreaterThan(1);
});
