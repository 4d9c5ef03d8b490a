/**
 * What settings alone say of a search.
 */
import type { ResolvedSettings } from '../../core/config/resolve.ts';
import type { SearchParams } from '../../core/retrieval/params.ts';
import { rerankParams } from '../rerank-settings.ts';

type OfSettings =
  | 'mode'
  | 'modeIsExplicit'
  | 'limit'
  | 'candidates'
  | 'ef'
  | 'oversampling'
  | 'rescore'
  | 'rerank'
  | 'vectorName'
  | 'sparseName'
  | 'payloadKeys'
  | 'settingsModel';

export function searchSettings({
  settings,
  origins,
}: Pick<ResolvedSettings, 'settings' | 'origins'>): Pick<SearchParams, OfSettings> {
  const { search, index, vector, payloadKeys, embed } = settings;
  const modelOrigin = origins['embed.model']?.kind;
  // A preset's model is no statement about a collection that somebody else made.
  const isExplicitModel = modelOrigin !== undefined && modelOrigin !== 'preset' && modelOrigin !== 'default';
  return {
    mode: search.mode,
    modeIsExplicit: origins['search.mode']?.kind !== 'default',
    limit: search.limit,
    candidates: search.candidates,
    ef: index.efSearch,
    oversampling: search.oversampling,
    rerank: rerankParams(settings),
    vectorName: vector.name,
    sparseName: vector.sparseName,
    payloadKeys,
    ...(search.rescore !== undefined && { rescore: search.rescore }),
    ...(isExplicitModel && embed.model !== undefined && { settingsModel: embed.model }),
  };
}
