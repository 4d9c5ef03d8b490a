/**
 * Where a search finds its models.
 */
import type { Settings } from '../core/config/schema.ts';
import { findModel, findReranker } from '../core/models/find-model.ts';
import type { SearchPlaces } from '../core/retrieval/params.ts';
import type { CommandContext } from './command.ts';

export function searchPlaces(
  { folders, environment }: Pick<CommandContext, 'folders' | 'environment'>,
  { hub }: Pick<Settings, 'hub'>,
): SearchPlaces {
  const places = { cacheFolder: folders.cache, hub };
  return {
    cacheFolder: folders.cache,
    environment,
    findModel: (name) => findModel(name, places),
    findReranker: (name) => findReranker(name, places),
  };
}
