/**
 * One ONNX session: ids in, rows out. Knows the graph's own input and output names, nothing of text.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { QdxError } from '../../../lib/errors.ts';
import { feedsFor } from './feeds.ts';
import { floatsOf } from './half-floats.ts';
import { loadOrt } from './load-ort.ts';

/** What a run gives: rows of every token, or vectors that the graph has pooled already. */
export type ModelOutput =
  | { readonly kind: 'hidden'; readonly data: Float32Array; readonly length: number; readonly dimension: number }
  | { readonly kind: 'pooled'; readonly data: Float32Array; readonly dimension: number };

export interface ModelSession {
  /** Runs texts together, the shorter ones padded to the longest. On CPU it is called with one text, so nothing is padded. */
  run(texts: readonly Int32Array[]): Promise<ModelOutput>;
  close(): Promise<void>;
}

/** @throws QdxError `verification` where the graph is no text encoder. */
export async function openSession(modelFile: string, options: InferenceSession.SessionOptions): Promise<ModelSession> {
  const { InferenceSession, Tensor } = await loadOrt();
  const session = await InferenceSession.create(modelFile, options);
  const output = outputName(session, modelFile);
  const tensor = (values: BigInt64Array, dims: readonly number[]): Tensor => new Tensor('int64', values, dims);
  return {
    run: async (texts) => {
      const results = await session.run(
        feedsFor(
          session.inputNames,
          texts.map((ids) => ({ ids })),
          tensor,
        ),
        [output],
      );
      const result = results[output];
      if (!result) throw new QdxError('verification', `${modelFile} gave no output ${output}`);
      return decode(result, modelFile);
    },
    close: () => session.release(),
  };
}

/** `1.30.0` */
export async function ortVersion(): Promise<string> {
  const { env } = await loadOrt();
  return env.versions.node ?? 'unknown';
}

/** Rows before pooling are preferred: qdx pools as the card says, not as whoever exported the graph thought. */
const knownOutputs = ['last_hidden_state', 'token_embeddings', 'sentence_embedding', 'pooler_output'];

function outputName(session: InferenceSession, modelFile: string): string {
  const only = session.outputNames.length === 1 ? session.outputNames[0] : undefined;
  const name = knownOutputs.find((known) => session.outputNames.includes(known)) ?? only;
  if (name === undefined)
    throw new QdxError(
      'verification',
      `${modelFile} has the outputs ${session.outputNames.join(', ')}, none of which is a text vector`,
    );
  return name;
}

function decode(result: Tensor, modelFile: string): ModelOutput {
  const data = floatsOf(result);
  const [, second, third] = result.dims;
  if (data && second !== undefined && third !== undefined && result.dims.length === 3)
    return { kind: 'hidden', data, length: second, dimension: third };
  if (data && second !== undefined && result.dims.length === 2) return { kind: 'pooled', data, dimension: second };
  throw new QdxError(
    'verification',
    `${modelFile} gives ${result.type} of shape [${result.dims.join(', ')}], which is no text vector`,
  );
}
