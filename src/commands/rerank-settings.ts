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
  'search.rerankBudgetMs',
];

export function rerankParams({ search }: Pick<Settings, 'search'>): RerankParams {
  const { rerank, rerankDepth, rerankCascade, rerankBudgetMs } = search;
  return {
    kinds: rerank === 'off' ? [] : (rerank.split(',') as RerankerKind[]),
    depth: rerankDepth,
    cascadeDepth: rerankCascade,
    ...(rerankBudgetMs !== undefined && { budgetMs: rerankBudgetMs }),
  };
}
