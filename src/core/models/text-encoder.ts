/**
 * Text to vector with one session, on the thread that calls it: tokenize, run, pool, normalise.
 */
import { QdxError } from '../../lib/errors.ts';
import type { ModelCard } from './card.ts';
import type { EncodedText } from './encoder.ts';
import { type HiddenRows, normalize, pool, tokenRows } from './pool.ts';
import type { ModelOutput, ModelSession } from './session.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface TextRequest {
  /** With the prefix of its role. */
  readonly text: string;
  readonly tokenVectors: boolean;
}

export interface TextEncoder {
  /** Encodes texts in one session run; on CPU callers pass one, so that a vector never depends on its neighbours. */
  encode(requests: readonly TextRequest[]): Promise<EncodedText[]>;
  close(): Promise<void>;
}

export interface TextEncoderParts {
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
  readonly session: ModelSession;
}

export function createTextEncoder({ card, tokenizer, session }: TextEncoderParts): TextEncoder {
  return {
    encode: async (requests) => {
      const tokenized = requests.map(({ text }) => tokenizer.encode(text, card.maxTokens));
      const output = await session.run(tokenized.map(({ ids }) => ids));
      return tokenized.map(({ ids, truncated }, index) => ({
        vector: vectorOf(output, index, ids.length, card),
        tokenCount: ids.length,
        truncated,
        ...(requests[index]?.tokenVectors && {
          tokenVectors: tokenVectorsOf(output, index, ids.length, { card, tokenizer }),
        }),
      }));
    },
    close: () => session.close(),
  };
}

function vectorOf(output: ModelOutput, index: number, rows: number, card: ModelCard): Float32Array {
  if (output.dimension !== card.dimension)
    throw new QdxError(
      'verification',
      `${card.name} gives ${output.dimension} dimensions, its card says ${card.dimension}`,
      {
        hint: 'Correct the dimension in the card, or use the file that the card was written for.',
      },
    );
  const vector =
    output.kind === 'pooled'
      ? output.data.slice(index * output.dimension, (index + 1) * output.dimension)
      : pool(rowsOf(output, index, rows), card.pooling);
  return card.normalize ? normalize(vector) : vector;
}

function tokenVectorsOf(
  output: ModelOutput,
  index: number,
  rows: number,
  { card, tokenizer }: Pick<TextEncoderParts, 'card' | 'tokenizer'>,
): Float32Array {
  if (output.kind === 'pooled')
    throw new QdxError('usage', `${card.file} of ${card.name} gives pooled vectors only, so it has no token vectors`, {
      hint: 'Use an export with last_hidden_state as its output.',
    });
  const leading = tokenizer.leadingSpecialTokens;
  return tokenRows(rowsOf(output, index, rows), leading, tokenizer.specialTokens - leading);
}

/** Rows of one text of a run, padding left out. */
function rowsOf(output: ModelOutput & { kind: 'hidden' }, index: number, rows: number): HiddenRows {
  const start = index * output.length * output.dimension;
  return {
    data: output.data.subarray(start, start + rows * output.dimension),
    rows,
    dimension: output.dimension,
  };
}
