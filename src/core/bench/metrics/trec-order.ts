/**
 * The order in which trec_eval reads a run: its own ranks are ignored, scores are read as float32 and sorted from the
 * highest, equal ones by document id from the last in byte order (form_res_rels.c).
 */
export interface ScoredDocument {
  readonly id: string;
  readonly score: number;
}

export function trecOrder<T extends ScoredDocument>(documents: readonly T[]): T[] {
  return documents.toSorted(
    (a, b) => Math.fround(b.score) - Math.fround(a.score) || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)),
  );
}

/**
 * Scores that keep this very order in trec_eval: each one as it is where it is below the one before as a float32, else the
 * next float32 below that.
 */
export function decreasingScores(scores: readonly number[]): number[] {
  let before = Infinity;
  return scores.map((score) => {
    const rounded = Math.fround(score);
    before = rounded < before ? rounded : nextFloatBelow(before);
    return before;
  });
}

const view = new DataView(new ArrayBuffer(4));

function nextFloatBelow(value: number): number {
  if (value === 0) return -(2 ** -149);
  view.setFloat32(0, value);
  view.setInt32(0, view.getInt32(0) + (value > 0 ? -1 : 1));
  return view.getFloat32(0);
}
