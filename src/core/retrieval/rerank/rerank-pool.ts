/**
 * The best candidates of the first stage in the order that the rerankers give them; those below keep theirs, behind.
 */
import { performance } from 'node:perf_hooks';
import type { RunOptions } from '../../../lib/events.ts';
import { placedOf } from '../to-hit.ts';
import type { RankedCandidate } from '../rank.ts';
import type { RerankCandidate, Reranker, RerankerKind, Reranking, RerankParams } from './port.ts';

/** What one reranker did with the candidates of one query. */
export interface RerankStage extends Omit<Reranking, 'order'> {
  readonly kind: RerankerKind;
  readonly name: string;
  readonly candidates: number;
  readonly timeMs: number;
}

export interface RerankedPool {
  readonly items: readonly RankedCandidate[];
  readonly stages: readonly RerankStage[];
}

export async function rerankPool(
  query: string,
  items: readonly RankedCandidate[],
  { rerankers, params }: { readonly rerankers: readonly Reranker[]; readonly params: RerankParams },
  run: RunOptions,
): Promise<RerankedPool> {
  let current = items.map((item, index): RankedCandidate => ({ ...item, firstRank: index + 1 }));
  const stages: RerankStage[] = [];
  for (const [place, reranker] of rerankers.entries()) {
    const depth = Math.min(place === 0 ? params.depth : params.cascadeDepth, current.length);
    const head = current.slice(0, depth);
    const startedAt = performance.now();
    const { order, ...outcome } = await reranker.rerank(query, head.map(toCandidate), run);
    const timeMs = performance.now() - startedAt;
    stages.push({ kind: reranker.kind, name: reranker.name, candidates: depth, timeMs, ...outcome });
    current = [...reordered(head, order, reranker), ...current.slice(depth)];
  }
  return { items: current, stages };
}

function toCandidate(item: RankedCandidate, index: number): RerankCandidate {
  const { candidate, score, reranked } = item;
  const { target, id, payload } = candidate;
  const last = reranked?.at(-1);
  const known = last ? last.score : score;
  const { text } = placedOf(payload, target.payloadKeys);
  return { id, text, payload, target, rank: index + 1, ...(known !== undefined && { score: known }) };
}

function reordered(head: readonly RankedCandidate[], order: Reranking['order'], { kind }: Reranker): RankedCandidate[] {
  const isWhole = order.length === head.length && new Set(order.map(({ index }) => index)).size === head.length;
  if (!isWhole) throw new Error(`the reranker ${kind} lost or doubled candidates`);
  return order.map(({ index, score }, place) => {
    const item = head[index];
    if (!item) throw new Error(`the reranker ${kind} invented a candidate`);
    const stage = { kind, rank: place + 1, ...(score !== undefined && { score }) };
    return { ...item, reranked: [...(item.reranked ?? []), stage] };
  });
}
