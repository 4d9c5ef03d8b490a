/**
 * Text to vector with one session, on the thread that calls it: tokenize, run, pool, normalise.
 */
import { QdxError } from '../../../lib/errors.ts';
import { planBatches, runHalving } from './batches.ts';
import type { ModelCard } from '../cards/card.ts';
import type { EncodedText } from '../encoder.ts';
import { signBits } from './token-bits.ts';
import { type HiddenRows, normalize, pool, tokenRows } from './pooling.ts';
import type { ModelOutput, ModelSession } from '../onnx/session.ts';
import type { TokenizedText, Tokenizer } from '../tokenizer.ts';

export interface TextRequest {
  /** With the prefix of its role. */
  readonly text: string;
  readonly tokenVectors: boolean;
  /** Neighbouring token vectors to one row of sign bits; 0: none are made. */
  readonly tokenWindow?: number;
}

export interface TextEncoder {
  /** One result a request, in order. */
  encode(requests: readonly TextRequest[]): Promise<EncodedText[]>;
  close(): Promise<void>;
}

export interface TextEncoderParts {
  readonly card: ModelCard;
  readonly tokenizer: Tokenizer;
  readonly session: ModelSession;
  /** Texts share a padded run up to this many tokens; 0: one text a run, so that no vector depends on its neighbours. */
  readonly batchTokens: number;
}

export function createTextEncoder(parts: TextEncoderParts): TextEncoder {
  const { card, tokenizer, session, batchTokens } = parts;
  return {
    encode: async (requests) => {
      const texts = requests.map((request) => ({ ...request, ...tokenizer.encode(request.text, card.maxTokens) }));
      const results: EncodedText[] = [];
      for (const batch of planBatches(
        texts.map(({ ids }) => ids.length),
        batchTokens,
      )) {
        const members = batch.flatMap((index) => texts[index] ?? []);
        const encoded = await runHalving(members, (some) => runTogether(some, parts));
        batch.forEach((index, place) => {
          const result = encoded[place];
          if (result) results[index] = result;
        });
      }
      return results;
    },
    close: () => session.close(),
  };
}

type TokenizedRequest = TextRequest & TokenizedText;

async function runTogether(texts: readonly TokenizedRequest[], parts: TextEncoderParts): Promise<EncodedText[]> {
  const output = await parts.session.run(texts.map(({ ids }) => ids));
  return texts.map(({ ids, truncated, tokenVectors, tokenWindow = 0 }, index) => {
    const tokens =
      tokenVectors || tokenWindow > 0 ? tokenVectorsOf(output, index, ids.length, parts) : new Float32Array(0);
    return {
      vector: vectorOf(output, index, ids.length, parts.card),
      tokenCount: ids.length,
      truncated,
      ...(tokenVectors && { tokenVectors: tokens }),
      ...(tokenWindow > 0 && { tokenBits: signBits(tokens, parts.card.dimension, tokenWindow) }),
    };
  });
}

function vectorOf(output: ModelOutput, index: number, rows: number, card: ModelCard): Float32Array {
  const { dimension } = output;
  if (dimension !== card.dimension)
    throw new QdxError('verification', `${card.name} gives ${dimension} dimensions, its card says ${card.dimension}`, {
      hint: 'correct the dimension in the card, or use the file that the card was written for',
    });
  const vector =
    output.kind === 'pooled'
      ? output.data.slice(index * dimension, (index + 1) * dimension)
      : pool(rowsOf(output, index, rows), card.pooling);
  return card.normalize ? normalize(vector) : vector;
}

function tokenVectorsOf(output: ModelOutput, index: number, rows: number, parts: TextEncoderParts): Float32Array {
  const { card, tokenizer } = parts;
  if (output.kind === 'pooled')
    throw new QdxError('usage', `${card.file} of ${card.name} gives pooled vectors only, so it has no token vectors`, {
      hint: 'use an export with last_hidden_state as its output',
    });
  const leading = tokenizer.leadingSpecialTokens;
  return tokenRows(rowsOf(output, index, rows), leading, tokenizer.specialTokens - leading);
}

/** Rows of one text of a run, padding left out. */
function rowsOf(output: ModelOutput & { kind: 'hidden' }, index: number, rows: number): HiddenRows {
  const start = index * output.length * output.dimension;
  return { data: output.data.subarray(start, start + rows * output.dimension), rows, dimension: output.dimension };
}
