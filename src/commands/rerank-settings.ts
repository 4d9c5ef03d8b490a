/**
 * Settings of reranking, for the commands that rerank.
 */
import type { Settings } from '../core/config/schema.ts';
import type { SettingPath } from '../core/config/table.ts';
import type { RerankerKind, RerankParams } from '../core/retrieval/rerank/port.ts';

export const rerankSettings: readonly SettingPath[] = [
  'search.rerank',
  'search.rerankDepth',
  'search.rerankCascade',
  'search.crossModel',
  'search.rerankBudgetMs',
  'search.lateBudgetMs',
];

export function rerankParams({ search, embed }: Pick<Settings, 'search' | 'embed'>): RerankParams {
  const { rerank, rerankDepth, rerankCascade, rerankBudgetMs, lateBudgetMs, crossModel } = search;
  const isAuto = rerank === 'auto';
  const kinds = isAuto ? 'late' : rerank;
  return {
    kinds: kinds === 'off' ? [] : (kinds.split(',') as RerankerKind[]),
    depth: rerankDepth,
    cascadeDepth: rerankCascade,
    crossModel,
    workers: embed.workers,
    late: {
      isAuto,
      budgetMs: Math.min(lateBudgetMs, rerankBudgetMs ?? lateBudgetMs),
      window: embed.tokenWindow,
      cacheBytes: embed.cache ? embed.cacheBytes : 0,
    },
    ...(rerankBudgetMs !== undefined && { budgetMs: rerankBudgetMs }),
  };
}
