/**
 * Settings of reranking, for the commands that rerank.
 */
import type { Settings } from '../core/config/schema.ts';
import type { SettingPath } from '../core/config/table.ts';
import type { RerankerKind, RerankParams } from '../core/retrieval/rerank/params.ts';

export const rerankSettings: readonly SettingPath[] = [
  'search.rerank',
  'search.rerankDepth',
  'search.rerankCascade',
  'search.crossModel',
  'search.rerankFallback',
  'search.rerankBudgetMs',
  'search.lateBudgetMs',
  'rerankEndpoint.url',
  'rerankEndpoint.apiKeyFile',
  'rerankEndpoint.model',
  'allowRemoteText',
  'rerankEndpoint.timeoutMs',
  'rerankEndpoint.batchSize',
  'rerankEndpoint.textsField',
  'rerankEndpoint.maxRequests',
  'rerankEndpoint.maxCost',
];

export function rerankParams(settings: RerankingSettings): RerankParams {
  const { search, embed, rerankEndpoint, connection, allowRemoteText } = settings;
  const { rerank, rerankDepth, rerankCascade, rerankBudgetMs, rerankFallback, lateBudgetMs, crossModel } = search;
  const { apiKeyFile: _file, ...endpoint } = rerankEndpoint;
  const remote = { ...endpoint, allowRemoteText, insecure: connection.insecure };
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
    // zod types absent optionals as `T | undefined`; the schema never puts an undefined there.
    remote: remote as RerankParams['remote'],
    ...(rerankFallback !== 'none' && { fallback: rerankFallback }),
    ...(rerankBudgetMs !== undefined && { budgetMs: rerankBudgetMs }),
  };
}

type RerankingSettings = Pick<Settings, 'search' | 'embed' | 'rerankEndpoint' | 'connection' | 'allowRemoteText'>;
