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
];

export function rerankParams({ search, embed }: Pick<Settings, 'search' | 'embed'>): RerankParams {
  const { rerank, rerankDepth, rerankCascade, rerankBudgetMs, crossModel } = search;
  return {
    kinds: rerank === 'off' ? [] : (rerank.split(',') as RerankerKind[]),
    depth: rerankDepth,
    cascadeDepth: rerankCascade,
    crossModel,
    workers: embed.workers,
    ...(rerankBudgetMs !== undefined && { budgetMs: rerankBudgetMs }),
  };
}
