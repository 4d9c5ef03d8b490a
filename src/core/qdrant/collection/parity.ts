/**
 * Parity: texts are embedded again and compared with the vectors that are said to be theirs.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Encoder } from '../../models/encoder.ts';

export interface ParitySample {
  /** For messages. */
  readonly id: string;
  /** Without the document prefix: the encoder adds it. */
  readonly text: string;
  readonly vector: ArrayLike<number>;
}

export interface Parity {
  readonly compared: number;
  /** Cosines. */
  readonly lowest: number;
  readonly mean: number;
  readonly lowestId: string;
  readonly floor: number;
}

/** Embeds every sample again. Vectors of another length have no cosine: they count as 0. */
export async function measureParity(
  encoder: Encoder,
  samples: readonly ParitySample[],
  run: RunOptions = {},
): Promise<Parity> {
  const options = { role: 'document', ...(run.signal && { signal: run.signal }) } as const;
  const encoded = await Promise.all(samples.map(({ text }) => encoder.encode(text, options)));
  const cosines = encoded.map(({ vector }, index) => cosine(vector, samples[index]?.vector ?? []));
  const lowest = Math.min(...cosines);
  return {
    compared: samples.length,
    lowest,
    mean: cosines.reduce((sum, value) => sum + value, 0) / cosines.length,
    lowestId: samples[cosines.indexOf(lowest)]?.id ?? '',
    floor: encoder.card.parityFloor,
  };
}

/** @throws QdxError `refused`, naming the cosine seen. `what` begins the sentence: `the vectors of x.jsonl`. */
export function assertParity(what: string, { lowest, lowestId, mean, compared, floor }: Parity, model: string): void {
  if (compared > 0 && lowest >= floor) return;
  const seen =
    compared === 0
      ? 'there was no text to compare'
      : `the lowest cosine of ${compared} samples is ${lowest.toFixed(4)} (id ${lowestId}; mean ${mean.toFixed(4)}), ` +
        `the floor is ${floor}`;
  throw new QdxError('refused', `${what} are not those that ${model} gives: ${seen}`, {
    hint: 'another model, pooling, prefix or text template made them; name the one that did',
    details: { lowest, mean, compared, floor },
  });
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0) return 0;
  let [dot, normA, normB] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index] ?? 0, b[index] ?? 0];
    dot += x * y;
    normA += x * x;
    normB += y * y;
  }
  return normA > 0 && normB > 0 ? dot / Math.sqrt(normA * normB) : 0;
}
