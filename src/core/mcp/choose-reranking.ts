/**
 * Which rerankers one search gets. Late interaction from stored vectors is part of every search and costs next to nothing;
 * what runs another model over the texts is only for who asks for it.
 */
import { isQdxError } from '../../lib/errors.ts';
import type { RerankParams } from '../retrieval/rerank/params.ts';
import type { SearchPlaces } from '../retrieval/places.ts';

export interface RerankingQuestion {
  readonly enabled: boolean;
  /** Of the settings. */
  readonly settings: RerankParams | undefined;
  readonly places: SearchPlaces;
  readonly notes: string[];
}

export async function chooseReranking(question: RerankingQuestion): Promise<RerankParams | undefined> {
  const { enabled, settings } = question;
  if (!settings) return undefined;
  const isAutomatic = settings.late?.isAuto === true;
  if (!enabled) return isAutomatic ? settings : undefined;
  if (!isAutomatic && settings.kinds.length > 0) return settings;
  const kind = await bestKind(settings.crossModel, question);
  return { ...settings, kinds: [kind], ...(settings.late && { late: { ...settings.late, isAuto: false } }) };
}

/** Where the settings leave it open: a cross-encoder if there is one here. */
async function bestKind(model: string, { places, notes }: RerankingQuestion): Promise<'cross' | 'late'> {
  try {
    if (places.findReranker) await places.findReranker(model);
    else return 'late';
    return 'cross';
  } catch (error) {
    if (!isQdxError(error) || error.kind !== 'notFound') throw error;
    notes.push(`reranked by late interaction: ${error.message}; qdx models download ${model} gets it`);
    return 'late';
  }
}
