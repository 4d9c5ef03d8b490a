/**
 * Which log the searches of this run go to: none where the settings say so.
 */
import { join } from 'node:path';
import type { Settings } from '../../core/config/schema.ts';
import type { SearchLogParams } from '../../core/retrieval/search-log.ts';
import type { CommandContext } from '../command.ts';

export function searchLog(
  { folders }: Pick<CommandContext, 'folders'>,
  { live, connection }: Pick<Settings, 'live' | 'connection'>,
  tool: SearchLogParams['tool'],
): { readonly log?: SearchLogParams } {
  if (!live.log) return {};
  const { logBytes: maxBytes, logQueries: keepsQueries } = live;
  return { log: { ...logPlace({ folders }, { connection }), tool, maxBytes, keepsQueries } };
}

/** A URL holds no credentials here: the settings refuse them. */
export const logPlace = (
  { folders }: Pick<CommandContext, 'folders'>,
  { connection }: Pick<Settings, 'connection'>,
): { readonly folder: string; readonly server: string } => ({
  folder: join(folders.data, 'searches'),
  server: connection.url?.replace(/\/+$/u, '') ?? 'local',
});
