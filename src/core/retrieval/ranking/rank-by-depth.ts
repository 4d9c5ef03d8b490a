/**
 * The pool of candidates is ranked first, whatever the limit; where more hits are asked for than it holds, deeper ones
 * follow it. Each depth is twice the one before and is ranked by itself, so that the order is one and the same for every
 * limit, and a limit only says where it is cut off.
 */
import type { Candidate } from '../candidates.ts';
import { mergeByRank } from './merge-by-rank.ts';
import type { RankedCandidate } from './rank.ts';
import type { RankedList } from './rank-lists.ts';
import { fileKey } from './same-place.ts';

export interface DeepList extends RankedList {
  /** There may be more than was asked for. */
  readonly isCut: boolean;
}

export interface DepthQuestion {
  readonly limit: number;
  /** One hit for each file. */
  readonly isGrouped: boolean;
  /** Candidates of each list at the first depth. */
  readonly poolSize: number;
  readonly fetch: (count: number) => Promise<readonly DeepList[]>;
  /** One ranking for each vector space. */
  readonly rank: (lists: readonly RankedList[]) => Promise<readonly (readonly RankedCandidate[])[]>;
  /** A better order of the first depth, all collections together. */
  readonly rerank?: (items: readonly RankedCandidate[]) => Promise<readonly RankedCandidate[]>;
}

export interface Shown {
  readonly item: RankedCandidate;
  /** Grouped: candidates of the file at the depth that found it. */
  readonly groupSize?: number;
}

export interface RankedHits {
  /** Best first, at most `limit`. */
  readonly shown: readonly Shown[];
  /** Rankings that cannot be compared were merged by rank. */
  readonly isMerged: boolean;
  /** All that were ranked, at every depth that was needed. */
  readonly candidateCount: number;
}

/** Of one file there may be many candidates: grouped, no deeper than this for each hit that is asked for. */
const deepestForGroup = 5;

export async function rankByDepth(question: DepthQuestion): Promise<RankedHits> {
  const { limit, isGrouped, poolSize, fetch, rank, rerank } = question;
  const deepest = limit * (isGrouped ? deepestForGroup : 1);
  const seen = new Set<string>();
  const files = new Set<string>();
  const shown: Shown[] = [];
  for (let count = poolSize; ; count *= 2) {
    const lists = await fetch(count);
    const ranked = await rank(lists.map((list) => withoutSeen(list, seen)));
    const isMerged = ranked.length > 1;
    const merged = isMerged ? mergeByRank(ranked).map(withMergedScore) : (ranked[0] ?? []);
    const items = rerank && count === poolSize ? await rerank(merged) : merged;
    const found = isGrouped ? groupByFile(items) : items.map((item) => ({ item }));
    shown.push(...found.filter(({ item }) => !isGrouped || isNew(files, fileKey(item.candidate))));
    for (const { candidate } of items) seen.add(pointKey(candidate));
    if (shown.length >= limit || count >= deepest || !lists.some(({ isCut }) => isCut))
      return { shown: shown.slice(0, limit), isMerged, candidateCount: seen.size };
  }
}

/** Scores of the lists themselves compare no more. */
function withMergedScore({ item, score }: { item: RankedCandidate; score: number }): RankedCandidate {
  const { undemoted: _, ...merged } = item;
  return { ...merged, score };
}

const withoutSeen = (list: DeepList, seen: ReadonlySet<string>): RankedList => ({
  ...list,
  candidates: list.candidates.filter((candidate) => !seen.has(pointKey(candidate))),
});

function isNew(seen: Set<string>, key: string): boolean {
  const before = seen.size;
  return seen.add(key).size > before;
}

/** The best hit of each file, with the number of its candidates. */
export function groupByFile(ranked: readonly RankedCandidate[]): { item: RankedCandidate; groupSize: number }[] {
  const groups = new Map<string, { item: RankedCandidate; groupSize: number }>();
  for (const item of ranked) {
    const key = fileKey(item.candidate);
    const group = groups.get(key);
    if (group) group.groupSize += 1;
    else groups.set(key, { item, groupSize: 1 });
  }
  return [...groups.values()];
}

const pointKey = ({ target, id }: Candidate): string => `${target.name}\0${String(id)}`;
