/**
 * Late interaction for candidates that are from no collection: texts alone, so that their vectors are made here, too. Scores that they
 * bring are on a scale of their own, and are left out: the order is that of cosine and MaxSim, mixed as in a search.
 */
import type { RunOptions } from '../../../../lib/events.ts';
import type { ModelCard } from '../../../models/cards/card.ts';
import type { QueryEncoders } from '../../query-encoders.ts';
import type { RerankCandidate, Reranking } from '../port.ts';
import type { BitsMaker } from './computed-bits.ts';
import { maxSims } from './max-sim.ts';
import { mixedScores } from './mixture.ts';

export interface OutsideQuestion {
  readonly query: string;
  readonly candidates: readonly RerankCandidate[];
  readonly model: ModelCard;
  readonly encoders: QueryEncoders;
  readonly maker: BitsMaker;
  readonly budgetMs: number;
}

export async function rerankOutside(question: OutsideQuestion, run: RunOptions): Promise<Reranking> {
  const { query, candidates, model, encoders, maker, budgetMs } = question;
  const tokens = await encoders.encodeTokens(query, model);
  const vector = await encoders.encode(query, model);
  const texts = candidates.map(({ text }) => text);
  const made = await maker.make(texts, budgetMs, run);
  const scored = made.flatMap((one, index) => {
    if (!one?.tokenBits) return [];
    const cosine = dot(vector, one.vector);
    const [maxSim = 0] = maxSims(tokens, model.dimension, [one.tokenBits]);
    const [score = 0] = mixedScores([{ score: cosine, cosine, maxSim }]);
    return [{ index, score }];
  });
  const left = made.flatMap((one, index) => (one?.tokenBits ? [] : [{ index }]));
  return {
    order: [...scored.toSorted((a, b) => b.score - a.score || a.index - b.index), ...left],
    scored: scored.length,
    failures: left.length > 0 ? { outOfTime: left.length } : {},
    ...(left.length > 0 && { notes: [`${left.length} of ${made.length} candidates were left, since the time was up`] }),
  };
}

/** Both have the length one. */
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
