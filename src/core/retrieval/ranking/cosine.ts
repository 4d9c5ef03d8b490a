/**
 * The server's score of a distance, as a cosine and back.
 */
export interface Cosine {
  /** Server score -> cosine. */
  readonly of: (score: number) => number;
  /** Cosine -> server score, for its threshold. */
  readonly threshold: (cosine: number) => number;
}

const same: Cosine = { of: (score) => score, threshold: (cosine) => cosine };
/** Of unit vectors: |a − b|² = 2 − 2·cos. The server's score is the distance itself, smaller is nearer. */
const euclid: Cosine = {
  of: (distance) => 1 - (distance * distance) / 2,
  threshold: (cosine) => Math.sqrt(Math.max(0, 2 - 2 * cosine)),
};

/** Null where the distance says nothing of an angle: Manhattan, and all but Cosine for vectors that are not unit vectors. */
export function cosineOf(distance: string, normalized: boolean): Cosine | null {
  if (distance === 'Cosine') return same;
  if (!normalized) return null;
  if (distance === 'Dot') return same;
  return distance === 'Euclid' ? euclid : null;
}
