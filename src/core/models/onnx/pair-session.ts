/**
 * One session of a cross-encoder: tokens of pairs in, one logit a pair out.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { QdxError } from '../../../lib/errors.ts';
import type { PairTokens } from '../pair-tokenizer.ts';
import { feedsFor } from './feeds.ts';
import { floatsOf } from './half-floats.ts';
import { loadOrt } from './load-ort.ts';

export interface PairSession {
  /** Runs pairs together, the shorter ones padded to the longest. */
  run(pairs: readonly PairTokens[]): Promise<readonly number[]>;
}

/** @throws QdxError `verification` where the graph is no sequence classifier of one or two labels. */
export async function openPairSession(
  modelFile: string,
  options: InferenceSession.SessionOptions,
): Promise<PairSession> {
  const { InferenceSession, Tensor } = await loadOrt();
  const session = await InferenceSession.create(modelFile, options);
  const { inputNames, outputNames } = session;
  const output = outputNames.includes('logits') ? 'logits' : outputNames[0];
  if (output === undefined || (output !== 'logits' && outputNames.length > 1))
    throw new QdxError(
      'verification',
      `${modelFile} has the outputs ${outputNames.join(', ')}, none of which is a score of a pair`,
    );
  const tensor = (values: BigInt64Array, dims: readonly number[]): Tensor => new Tensor('int64', values, dims);
  return {
    run: async (pairs) => {
      const results = await session.run(feedsFor(inputNames, pairs, tensor), [output]);
      return logitsOf(results[output], pairs.length, modelFile);
    },
  };
}

/** One label: its logit. Two: how far the second, which says yes, stands above the first. */
function logitsOf(result: Tensor | undefined, pairs: number, modelFile: string): number[] {
  const data = result && floatsOf(result);
  const labels = (data?.length ?? 0) / pairs;
  if (!result || !data || (labels !== 1 && labels !== 2))
    throw new QdxError(
      'verification',
      `${modelFile} gives ${result?.type ?? 'nothing'} of shape [${result?.dims.join(', ') ?? ''}] for ${pairs} pairs, which is no score of each`,
      { hint: 'a reranker is a sequence classifier of one label (or two); an encoder is searched with' },
    );
  return Array.from({ length: pairs }, (_, at) => {
    const value = labels === 1 ? data[at] : (data[at * 2 + 1] ?? 0) - (data[at * 2] ?? 0);
    if (value !== undefined && Number.isFinite(value)) return value;
    throw new QdxError('verification', `${modelFile} gives ${value} as a score, which is no number to order by`);
  });
}
