/**
 * Candidates with their MaxSim as an order. Of one section MaxSim decides which piece is shown first, so that which ones are further
 * pieces, and make room, is counted anew. What the first stage knows of files stays as it was.
 */
import { fileKey, sectionKey } from '../../ranking/same-place.ts';
import { rankSections } from '../../ranking/signals/among-hits.ts';
import { defaultWeights, type RankingWeights } from '../../ranking/weights.ts';
import type { RerankCandidate, RerankedPlace } from '../port.ts';
import { type LateWeights, mixedScores } from './mixture.ts';

export type LateCandidate = Pick<RerankCandidate, 'id' | 'target' | 'payload' | 'score' | 'undemoted' | 'cosine'>;

/**
 * @param maxSims Of each candidate; null where it has no usable bits.
 * @param weights Where they are not the defaults: those of the first stage's order, and those of the mixture.
 * @returns Best first, every candidate once; without a score where it has no MaxSim.
 */
export function lateOrder(
  candidates: readonly LateCandidate[],
  maxSims: readonly (number | null)[],
  weights: Partial<RankingWeights & LateWeights> = {},
): RerankedPlace[] {
  const scores = mixedScores(
    candidates.map(({ score = 0, undemoted = score, cosine = 0 }, index) => {
      return { score: undemoted, cosine, maxSim: maxSims[index] ?? null };
    }),
    weights,
  );
  return ranked(candidates, scores, { ...defaultWeights, ...weights }).map(({ index, score }) =>
    typeof maxSims[index] === 'number' ? { index, score } : { index },
  );
}

function ranked(
  candidates: readonly LateCandidate[],
  scores: readonly number[],
  weights: Pick<RankingWeights, 'section'>,
): { index: number; score: number }[] {
  const places = candidates.map(({ id, target, payload }, index) => {
    const keys = target && { file: fileKey({ target, payload }), section: sectionKey({ target, payload }) };
    return { id, index, file: '', section: null, ...keys, signals: {}, score: scores[index] ?? 0 };
  });
  return candidates.every(({ undemoted }) => undemoted !== undefined)
    ? rankSections(places, weights)
    : places.toSorted((a, b) => b.score - a.score || a.index - b.index);
}
