/**
 * Rerankers one after the other, each on the best of the one before: the first gets the depth, the next what the cascade
 * leaves; those below keep their order, behind.
 */
import { performance } from 'node:perf_hooks';
import type { RunOptions } from '../../../lib/events.ts';
import type { RerankCandidate, RerankedPlace, Reranker, Reranking } from './port.ts';
import type { RerankerKind, RerankParams } from './params.ts';

/** What one reranker did with the candidates of one query. */
export interface RerankStage extends Omit<Reranking, 'order'> {
  readonly kind: RerankerKind;
  readonly name: string;
  readonly candidates: number;
  readonly timeMs: number;
}

/** What one reranker made of one candidate. */
export interface RerankedAs {
  readonly kind: RerankerKind;
  /** From 1, among the candidates that the reranker was given. */
  readonly rank: number;
  /** Absent where the kind gives no scores, and for a candidate that was not scored. */
  readonly score?: number;
}

export interface ChainPlace {
  /** Of the candidate, in the list that was given. */
  readonly index: number;
  readonly reranked: readonly RerankedAs[];
}

export interface Chain {
  readonly rerankers: readonly Reranker[];
  readonly params: RerankParams;
}

/** @param candidates Best first. @returns every candidate once, best first, and what each reranker did. */
export async function rerankInTurn(
  query: string,
  candidates: readonly Omit<RerankCandidate, 'rank'>[],
  { rerankers, params }: Chain,
  run: RunOptions,
): Promise<{ readonly places: readonly ChainPlace[]; readonly stages: readonly RerankStage[] }> {
  let places = candidates.map((_, index): ChainPlace => ({ index, reranked: [] }));
  const stages: RerankStage[] = [];
  for (const [turn, reranker] of rerankers.entries()) {
    const depth = Math.min(turn === 0 ? params.depth : params.cascadeDepth, places.length);
    const head = places.slice(0, depth);
    const given = head.flatMap(({ index, reranked }, at) => {
      const candidate = candidates[index];
      return candidate ? [{ ...candidate, ...lastScore(reranked.at(-1)), rank: at + 1 }] : [];
    });
    const startedAt = performance.now();
    const { order, ...outcome } = await reranker.rerank(query, given, run);
    const timeMs = performance.now() - startedAt;
    stages.push({ kind: reranker.kind, name: reranker.name, candidates: depth, timeMs, ...outcome });
    places = [...reordered(head, order, outcome.by?.kind ?? reranker.kind), ...places.slice(depth)];
  }
  return { places, stages };
}

/** What the order before was made by: nothing, where the reranker before gave no score. */
const lastScore = (last: RerankedAs | undefined): { readonly score?: number } =>
  last?.score === undefined ? {} : { score: last.score };

function reordered(head: readonly ChainPlace[], order: readonly RerankedPlace[], kind: RerankerKind): ChainPlace[] {
  const isWhole = order.length === head.length && new Set(order.map(({ index }) => index)).size === head.length;
  if (!isWhole) throw new Error(`the reranker ${kind} lost or doubled candidates`);
  return order.map(({ index, score }, at) => {
    const place = head[index];
    if (!place) throw new Error(`the reranker ${kind} invented a candidate`);
    const stage = { kind, rank: at + 1, ...(score !== undefined && { score }) };
    return { ...place, reranked: [...place.reranked, stage] };
  });
}
