/**
 * Which collections `qdx mcp` serves and how, from flags and settings.
 */
import type { Command } from 'commander';
import type { BackendParams } from '../../core/mcp/backend.ts';
import { withLimits } from '../../core/qdrant/connection/with-limits.ts';
import type { CommandContext, CommandInput } from '../command.ts';
import { listFlag } from '../search/flags.ts';
import { searchLog } from '../search/log.ts';
import { searchPlaces } from '../search/places.ts';
import { searchSettings } from '../search/settings.ts';

/** Flags that are part of what a client is told to start, too. */
export function defineServed(command: Command): void {
  const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  command
    .option('-c, --collection <name>', 'Serve only this collection (repeatable); absent: all', repeated)
    .option('--allow-write', 'Offer store as well, for the collections that are served');
}

export async function backendParams(flags: CommandInput['flags'], context: CommandContext): Promise<BackendParams> {
  const { settings } = await context.settings();
  return {
    // An agent waits for each answer.
    connect: async () => withLimits(await context.connect(), { awaitsReturn: false }),
    places: searchPlaces(context, settings),
    ...searchLog(context, settings, 'mcp'),
    allowed: listFlag(flags, 'collection'),
    ofProject: Object.keys(settings.collections),
    searchDefaults: async (collection) => searchSettings(await context.settings(collection)),
    descriptionOf: async (collection) => settings.collections[collection]?.description ?? '',
    allowWrite: flags['allowWrite'] === true,
    uploadSettings: settings.upload,
    limits: { maxResults: settings.mcp.maxResults, contentChars: settings.mcp.contentChars },
  };
}
