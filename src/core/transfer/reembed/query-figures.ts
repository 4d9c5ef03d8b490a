/**
 * The figures of judged queries: how high the right answers stand among the hits.
 */
import { mean } from '../../../lib/statistics/mean.ts';
import type { Hit } from '../../retrieval/hits/hit.ts';
import type { Answer, TestQuery } from './test-queries.ts';

export interface QueryFigures {
  readonly judged: number;
  /** Means over the judged queries; hits are reduced to their answers (files or points), first occurrence. */
  readonly ndcgAt10: number;
  readonly mrrAt10: number;
  /** Share with a right answer among the first 1 and 10. */
  readonly hitAt1: number;
  readonly hitAt10: number;
}

export interface Gains {
  /** Of the hits, in their order: 2^grade - 1. */
  readonly found: readonly number[];
  /** Of all answers, the best first. */
  readonly ideal: readonly number[];
}

const depth = 10;

export function gainsOf(hits: readonly Pick<Hit, 'id' | 'path'>[], { answers }: Pick<TestQuery, 'answers'>): Gains {
  const byKey = new Map<string, number>();
  for (const answer of answers) {
    const key = keyOfAnswer(answer);
    byKey.set(key, Math.max(byKey.get(key) ?? 0, 2 ** answer.grade - 1));
  }
  const keys = hits.map(({ id, path }) => (byKey.has(`id ${String(id)}`) ? `id ${String(id)}` : `path ${path}`));
  const found = [...new Set(keys)].slice(0, depth).map((key) => byKey.get(key) ?? 0);
  return { found, ideal: [...byKey.values()].toSorted((a, b) => b - a).slice(0, depth) };
}

const keyOfAnswer = ({ path, id }: Answer): string => (path === undefined ? `id ${id ?? ''}` : `path ${path}`);

/** nDCG as Järvelin and Kekäläinen (2002), gain 2^grade - 1, discount log2(rank + 1). Null for no queries. */
export function queryFigures(results: readonly Gains[]): QueryFigures | null {
  if (results.length === 0) return null;
  const firsts = results.map(({ found }) => found.findIndex((gain) => gain > 0));
  return {
    judged: results.length,
    ndcgAt10: mean(results.map(({ found, ideal }) => dcg(found) / dcg(ideal))),
    mrrAt10: mean(firsts.map((first) => (first === -1 ? 0 : 1 / (first + 1)))),
    hitAt1: mean(firsts.map((first) => (first === 0 ? 1 : 0))),
    hitAt10: mean(firsts.map((first) => (first === -1 ? 0 : 1))),
  };
}

/** Share of the first ten hits before that are among the first ten after. */
export function hitOverlap(before: readonly Pick<Hit, 'id'>[], after: readonly Pick<Hit, 'id'>[]): number {
  const ids = new Set(before.slice(0, depth).map(({ id }) => String(id)));
  if (ids.size === 0) return after.length === 0 ? 1 : 0;
  return after.slice(0, depth).filter(({ id }) => ids.has(String(id))).length / ids.size;
}

const dcg = (gains: readonly number[]): number =>
  gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0);
