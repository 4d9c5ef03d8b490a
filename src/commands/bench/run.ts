/**
 * Opens what a bench needs: settings, server, collections (a scratch one for the starter set), places of models.
 */
import type { BenchInput } from '../../core/bench/run/bench-input.ts';
import { withStarterCollection } from '../../core/bench/run/starter.ts';
import type { Settings } from '../../core/config/schema.ts';
import type { Connection } from '../../core/qdrant/connection/connection.ts';
import { chooseCollections } from '../../core/retrieval/choose-collections.ts';
import type { SearchPlaces } from '../../core/retrieval/places.ts';
import { benchInput, judgedSetOf } from './flags.ts';
import type { CommandContext, CommandInput } from '../command.ts';
import { listFlag } from '../search/flags.ts';
import { searchPlaces } from '../search/places.ts';

export interface Bench {
  readonly connection: Connection;
  readonly input: BenchInput;
  readonly places: SearchPlaces;
  readonly settings: Settings;
}

/** Runs `suite` with everything open. Queries and flags are checked before the server is asked anything. */
export async function runBench<T>(
  { flags }: CommandInput,
  context: CommandContext,
  suite: (bench: Bench) => Promise<T>,
): Promise<T> {
  const set = await judgedSetOf(flags, context);
  const named = listFlag(flags, 'collection');
  const resolved = await context.settings(named.length === 1 ? named[0] : undefined);
  const { settings } = resolved;
  benchInput(flags, resolved, { set, collections: named });
  const connection = await context.connect();
  const places = searchPlaces(context, settings);
  const use = (collections: readonly string[]): Promise<T> =>
    suite({ connection, places, settings, input: benchInput(flags, resolved, { set, collections }) });
  if (flags['starter'] === true && named.length === 0) {
    const { folders, environment } = context;
    return withStarterCollection(connection, { settings, folders, environment }, (name) => use([name]), context);
  }
  const namesItsOwn = set.queries.every(({ collection }) => collection !== undefined);
  if (namesItsOwn && named.length === 0) return use([]);
  return use(await chooseCollections(connection, named, Object.keys(settings.collections), context));
}
