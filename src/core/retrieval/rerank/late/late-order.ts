/**
 * Candidates with their MaxSim as an order. What the first stage gave and took for the other hits (the file ranks well, the section was
 * shown before) depends on the order that is shown: it is counted anew, in the new one.
 */
import { fileKey, sectionKey } from '../../same-place.ts';
import { rankAmongHits } from '../../signals/among-hits.ts';
import { defaultWeights } from '../../weights.ts';
import type { RerankCandidate, RerankedPlace } from '../port.ts';
import { type LateWeights, mixedScores } from './mixture.ts';

export type LateCandidate = Pick<RerankCandidate, 'id' | 'target' | 'payload' | 'score' | 'ownScore' | 'cosine'>;

/**
 * @param maxSims Of each candidate; null where it has no usable bits.
 * @returns Best first, every candidate once; without a score where it has no MaxSim.
 */
export function lateOrder(
  candidates: readonly LateCandidate[],
  maxSims: readonly (number | null)[],
  weights?: LateWeights,
): RerankedPlace[] {
  const scores = mixedScores(
    candidates.map(({ score = 0, ownScore = score, cosine = 0 }, index) => {
      return { score: ownScore, cosine, maxSim: maxSims[index] ?? null };
    }),
    weights,
  );
  return ranked(candidates, scores).map(({ index, score }) =>
    typeof maxSims[index] === 'number' ? { index, score } : { index },
  );
}

function ranked(candidates: readonly LateCandidate[], scores: readonly number[]): { index: number; score: number }[] {
  const places = candidates.map(({ id, target, payload }, index) => {
    const keys = target && { file: fileKey({ target, payload }), section: sectionKey({ target, payload }) };
    return { id, index, file: '', section: null, ...keys, signals: {}, score: scores[index] ?? 0 };
  });
  return candidates.every(({ ownScore }) => ownScore !== undefined)
    ? rankAmongHits(places, defaultWeights)
    : places.toSorted((a, b) => b.score - a.score || a.index - b.index);
}
