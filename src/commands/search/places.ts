/**
 * Where a search finds its models.
 */
import type { Settings } from '../../core/config/schema.ts';
import { findModel, findReranker } from '../../core/models/find-model.ts';
import type { SearchPlaces } from '../../core/retrieval/places.ts';
import type { CommandContext } from '../command.ts';
import { modelPlaces } from '../model-places.ts';

export function searchPlaces(
  context: Pick<CommandContext, 'folders' | 'environment' | 'askText' | 'isYes' | 'onEvent' | 'signal'>,
  settings: Settings,
): SearchPlaces {
  const places = modelPlaces(context, settings);
  return {
    cacheFolder: context.folders.cache,
    environment: context.environment,
    findModel: (name, like) => findModel(name, places, like),
    findReranker: (name) => findReranker(name, places),
  };
}
