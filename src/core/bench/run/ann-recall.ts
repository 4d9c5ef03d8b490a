/**
 * Recall against exact search of a whole set of queries, with the times of both. Needs no judgements.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { bootstrapInterval, type Interval } from '../../../lib/statistics/bootstrap.ts';
import { latencyOf, type Latency } from '../../../lib/statistics/latency.ts';
import { annPair, annRecall, type ScoredPoint } from '../../retrieval/ann-recall.ts';
import type { SearchParams } from '../../retrieval/params.ts';
import type { JudgedQuery } from '../inputs/judged-set.ts';
import { askAll } from './ask.ts';
import type { OpenContender } from './contender.ts';

export interface AnnRecall {
  /** Of ten. */
  readonly recall: Interval;
  readonly exact: Latency | null;
  readonly approximate: Latency | null;
  /** Queries that missed something, worst first. */
  readonly worst: readonly { readonly id: string; readonly recall: number }[];
  readonly failed: number;
}

const worstShown = 10;

export interface RecallInput {
  readonly set: { readonly queries: readonly JudgedQuery[] };
  readonly params: SearchParams;
  readonly seed: number;
}

/** Null where every query failed. */
export async function measureAnnRecall(
  open: (name: string, params: SearchParams) => OpenContender,
  { set, params, seed }: RecallInput,
  run: RunOptions,
): Promise<AnnRecall | null> {
  const pair = annPair(params);
  const contenders = [open('approximate', pair.approximate), open('exact', pair.exact)];
  const found = new Map<string, Map<string, readonly ScoredPoint[]>>();
  const times = { approximate: [] as number[], exact: [] as number[] };
  let failed = 0;
  try {
    const asking = { contenders, queries: set.queries, rounds: 1, seed, stage: 'comparing with exact' };
    for await (const { contender, query, outcome } of askAll(asking, run)) {
      if (outcome.state === 'failed') {
        failed += 1;
        continue;
      }
      const lists = found.get(query.id) ?? new Map<string, readonly ScoredPoint[]>();
      found.set(query.id, lists.set(contender, outcome.response.hits));
      times[contender as keyof typeof times].push(outcome.times['server'] ?? 0);
    }
  } finally {
    for (const contender of contenders) await contender.close();
  }
  const recalls = [...found].flatMap(([id, lists]) => {
    const [approximate, exact] = [lists.get('approximate'), lists.get('exact')];
    return approximate && exact && exact.length > 0 ? [{ id, recall: annRecall(approximate, exact) }] : [];
  });
  if (recalls.length === 0) return null;
  return {
    recall: bootstrapInterval(
      recalls.map(({ recall }) => recall),
      seed,
    ),
    exact: latencyOf(times.exact),
    approximate: latencyOf(times.approximate),
    worst: recalls
      .filter(({ recall }) => recall < 1)
      .toSorted((a, b) => a.recall - b.recall)
      .slice(0, worstShown),
    failed,
  };
}
