/**
 * How much of what a search of every vector finds does the graph (and the quantized copy) find? Needs no judgements.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { SearchParams } from '../../retrieval/params.ts';
import type { JudgedQuery } from '../inputs/judged-set.ts';
import { bootstrapInterval, type Interval } from '../statistics/bootstrap.ts';
import { latencyOf, type Latency } from '../statistics/latency.ts';
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

const depth = 10;
const worstShown = 10;

export interface RecallInput {
  readonly set: { readonly queries: readonly JudgedQuery[] };
  readonly params: SearchParams;
  readonly seed: number;
}

/** Meaning alone is compared: words have no graph. Null where every query failed. */
export async function measureAnnRecall(
  open: (name: string, params: SearchParams) => OpenContender,
  { set, params, seed }: RecallInput,
  run: RunOptions,
): Promise<AnnRecall | null> {
  const dense: SearchParams = { ...params, mode: 'dense', modeIsExplicit: true, limit: depth };
  const contenders = [open('approximate', { ...dense, exact: false }), open('exact', { ...dense, exact: true })];
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

interface ScoredPoint {
  readonly id: string | number | bigint;
  readonly score: number;
}

/** Scores this near are equal: two kernels of one server differ as much in the last digits. */
const tie = 1e-6;

/** A hit that is as near as the last exact one counts, whichever of equal points it is. */
export function annRecall(found: readonly ScoredPoint[], exact: readonly ScoredPoint[]): number {
  const ids = new Set(exact.map(({ id }) => String(id)));
  const last = exact.at(-1)?.score ?? -Infinity;
  const isAsGood = ({ id, score }: ScoredPoint): boolean => ids.has(String(id)) || Math.abs(score - last) <= tie;
  return exact.length === 0 ? 1 : Math.min(found.filter(isAsGood).length, exact.length) / exact.length;
}
