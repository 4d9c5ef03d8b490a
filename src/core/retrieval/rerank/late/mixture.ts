/**
 * How late interaction is mixed with the first stage. Both are cosines, so that neither is stretched: part of the first
 * stage's cosine, which saw the text as one vector, is exchanged for MaxSim, which saw its tokens. Words and signals stay.
 */

/** Weights chosen by leaving one corpus out in turn: benchmarks/late-interaction, docs/reranking_guide.md. */
export interface LateWeights {
  /** Times MaxSim. */
  readonly late: number;
  /** Share of the cosine that is given up for it. */
  readonly cosine: number;
}

const defaultLateWeights: LateWeights = { late: 1.2, cosine: 0.3 };

export interface Mixed {
  /** Of the first stage. */
  readonly score: number;
  readonly cosine: number;
  /** Null where the candidate has no usable bits. */
  readonly maxSim: number | null;
}

/**
 * One score a candidate, in their order. One without MaxSim moves by as much as the others do on average: it is neither
 * lifted nor put back for what nobody knows.
 */
export function mixedScores(candidates: readonly Mixed[], weights: Partial<LateWeights> = {}): number[] {
  const { late, cosine } = { ...defaultLateWeights, ...weights };
  const moves = candidates.map((one) => (one.maxSim === null ? null : late * one.maxSim - cosine * one.cosine));
  const known = moves.filter((move) => move !== null);
  const mean = known.reduce((sum, move) => sum + move, 0) / Math.max(1, known.length);
  return candidates.map(({ score }, index) => score + (moves[index] ?? mean));
}
