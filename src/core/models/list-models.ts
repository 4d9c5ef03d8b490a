/**
 * The models that qdx knows of: built in, downloaded and locked, or known and not here yet.
 */
import { builtInCards, builtInModelName } from './cards/built-in-cards.ts';
import { type AnyCard, builtInRerankers } from './cards/reranker-card.ts';
import { modelsFolder, type ModelPlaces } from './hub/hub-settings.ts';
import { readLock } from './hub/lock.ts';

export interface ListedModel {
  readonly card: AnyCard;
  readonly state: 'built-in' | 'downloaded' | 'not downloaded';
  readonly sizeBytes: number | null;
}

export async function listModels(places: ModelPlaces): Promise<ListedModel[]> {
  const { models } = await readLock(modelsFolder(places));
  const downloaded = Object.values(models).map(({ card, sizeBytes }) => ({
    card,
    sizeBytes,
    state: 'downloaded' as const,
  }));
  const known = [...builtInCards, ...builtInRerankers]
    .filter(({ name }) => !Object.hasOwn(models, name))
    .map((card) => ({
      card,
      sizeBytes: null,
      state: card.name === builtInModelName ? ('built-in' as const) : ('not downloaded' as const),
    }));
  return [...known, ...downloaded];
}
