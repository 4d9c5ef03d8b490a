/**
 * The best candidates of a search in the order that the rerankers give them.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { RankedCandidate } from '../ranking/rank.ts';
import { placedOf } from '../hits/to-hit.ts';
import { type Chain, rerankInTurn, type RerankStage } from './chain.ts';
import type { RerankCandidate } from './port.ts';

export interface RerankedPool {
  readonly items: readonly RankedCandidate[];
  readonly stages: readonly RerankStage[];
}

export async function rerankPool(
  query: string,
  items: readonly RankedCandidate[],
  chain: Chain,
  run: RunOptions,
): Promise<RerankedPool> {
  const { places, stages } = await rerankInTurn(query, items.map(toCandidate), chain, run);
  return {
    items: places.flatMap(({ index, reranked }) => {
      const item = items[index];
      return item ? [{ ...item, firstRank: index + 1, reranked }] : [];
    }),
    stages,
  };
}

function toCandidate({ candidate, score, undemoted }: RankedCandidate): Omit<RerankCandidate, 'rank'> {
  const { target, id, payload, dense } = candidate;
  const { text } = placedOf(payload, target.payloadKeys);
  const cosine = dense && target.dense?.cosine ? { cosine: dense.score } : {};
  return { id, text, payload, target, score, ...(undemoted !== undefined && { undemoted }), ...cosine };
}
