/**
 * What a hit gains and loses by the other hits: its file ranks well, its file or its section was shown already.
 */
import type { PointId } from '../../../qdrant/collection/points.ts';
import type { RankingWeights } from '../weights.ts';

export interface Scored {
  readonly id: PointId;
  /** See same-place.ts. */
  readonly file: string;
  readonly section: string | null;
  /** What each part added; completed here. */
  readonly signals: Record<string, number>;
  score: number;
}

type AmongWeights = Pick<RankingWeights, 'coherence' | 'repeat' | 'section'>;

/** Best first; scores and signals of the items themselves are changed. */
export function rankAmongHits<T extends Scored>(items: readonly T[], weights: AmongWeights): T[] {
  addCoherence(items, weights.coherence);
  return demoteRepeats(items.toSorted(byScore), weights);
}

/** The same for sections alone: whoever changes the order has to count anew which piece of a section is the first. */
export const rankSections = <T extends Scored>(items: readonly T[], { section }: Pick<AmongWeights, 'section'>): T[] =>
  demoteRepeats(items.toSorted(byScore), { repeat: 0, section });

/** Chunks that count for their file. */
const chunksOfFile = 3;

/** Each chunk gains by how far the three best chunks of its file stand above the weakest candidate. */
function addCoherence(items: readonly Scored[], weight: number): void {
  if (weight === 0) return;
  const lowest = Math.min(...items.map(({ score }) => score));
  const byFile = new Map<string, number[]>();
  for (const { file, score } of items) byFile.set(file, [...(byFile.get(file) ?? []), score - lowest]);
  for (const one of items) {
    const best = (byFile.get(one.file) ?? []).toSorted((a, b) => b - a).slice(0, chunksOfFile);
    add(one, 'coherence', (weight * best.reduce((total, score) => total + score, 0)) / chunksOfFile);
  }
}

/**
 * Later hits of a file that was shown already make room for other files. Further pieces of one section make more room: who was led to
 * a function, or to what is below a heading, sees the rest of it there.
 */
function demoteRepeats<T extends Scored>(
  sorted: readonly T[],
  { repeat, section }: Omit<AmongWeights, 'coherence'>,
): T[] {
  const seen = new Map<string, number>();
  for (const one of sorted) {
    add(one, 'repeat', -repeat * countOf(seen, one.file));
    if (one.section !== null) add(one, 'section', -section * countOf(seen, one.section));
  }
  return sorted.toSorted(byScore);
}

/** How often it was asked for before. */
function countOf(seen: Map<string, number>, key: string): number {
  const before = seen.get(key) ?? 0;
  seen.set(key, before + 1);
  return before;
}

function add(scored: Scored, signal: string, value: number): void {
  if (value === 0) return;
  scored.signals[signal] = value;
  scored.score += value;
}

/** Ties by id, so that equal scores come in the same order every time. */
const byScore = (a: Scored, b: Scored): number => b.score - a.score || (String(a.id) < String(b.id) ? -1 : 1);
