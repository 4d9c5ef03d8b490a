/**
 * Candidates of all collections become as few rankings as their vector spaces allow.
 */
import { spaceFingerprint } from '../../models/cards/space.ts';
import type { Candidate, LexicalQuery } from '../candidates.ts';
import type { SearchParams } from '../params.ts';
import { rankCandidates, type RankedCandidate } from './rank.ts';
import type { SearchTarget } from '../target.ts';
import { defaultWeights } from './weights.ts';

export interface RankedList {
  readonly target: SearchTarget;
  readonly candidates: readonly Candidate[];
  readonly lexical: ReadonlyMap<string, LexicalQuery>;
}

/** One ranking for each vector space (and mode) that takes part, in the order of the collections. */
export function rankAll(query: string, lists: readonly RankedList[], params: SearchParams): RankedCandidate[][] {
  const groups = new Map<string, RankedList[]>();
  for (const list of lists) {
    const key = comparability(list.target);
    groups.set(key, [...(groups.get(key) ?? []), list]);
  }
  return [...groups.values()].map((group) => rankGroup(query, group, params));
}

/** Scores compare where the same model and the same lists made them. */
export function comparability({ name, mode, model, dense }: SearchTarget): string {
  if (mode === 'lexical' || !model || !dense) return `words of ${name}`;
  return dense.cosine ? `${mode} ${spaceFingerprint(model)}` : `distance of ${name}`;
}

function rankGroup(query: string, group: readonly RankedList[], params: SearchParams): RankedCandidate[] {
  const { mode, dense } = group[0]?.target ?? {};
  const candidates = group.flatMap((list) => list.candidates);
  if (mode === 'dense') return byStage(candidates, 'dense');
  if (mode === 'lexical') return byStage(candidates, 'lexical');
  // A distance without angles has no scale to add words on: the two lists are merged by rank.
  if (!dense?.cosine) return fuseByRank(candidates);
  const lexical = new Map(group.flatMap((list) => [...list.lexical]));
  const weights = { ...defaultWeights, ...params.weights };
  return rankCandidates({ query, candidates, lexical, weights });
}

function byStage(candidates: readonly Candidate[], stage: 'dense' | 'lexical'): RankedCandidate[] {
  // The server's own order holds within one list (a Euclidean score is smaller when nearer).
  const score = (candidate: Candidate): number => candidate[stage]?.score ?? 0;
  const isOneList = new Set(candidates.map(({ target }) => target.name)).size === 1;
  const sorted = isOneList
    ? candidates.toSorted((a, b) => (a[stage]?.rank ?? Infinity) - (b[stage]?.rank ?? Infinity))
    : candidates.toSorted((a, b) => score(b) - score(a));
  return sorted.map((candidate) => ({ candidate, score: score(candidate), signals: {} }));
}

function fuseByRank(candidates: readonly Candidate[]): RankedCandidate[] {
  const part = (rank: number | undefined): number => (rank === undefined ? 0 : 1 / (60 + rank));
  return candidates
    .map((candidate) => ({
      candidate,
      signals: {},
      score: part(candidate.dense?.rank) + part(candidate.lexical?.rank),
    }))
    .toSorted((a, b) => b.score - a.score);
}
