/**
 * `qdx watch`: a collection that follows its files until Ctrl-C.
 */
import { namedRoots } from '../core/corpus/named-roots.ts';
import { embedCorpus } from '../core/embed/embed.ts';
import { watchCorpus } from '../core/embed/watch/watch.ts';
import { wholeRun } from '../core/vectors/shard.ts';
import { QdxError } from '../lib/errors.ts';
import { version } from '../version.ts';
import { addCollectionSettings, typedMakingFlags } from './collection-setting-flags.ts';
import type { Connection } from '../core/qdrant/connection/connection.ts';
import type { CommandContext, CommandModule } from './command.ts';
import { addReaderOptions, embedFlags, embedSettings } from './embed/flags.ts';
import { addEndpointOptions, endpointParams } from './model-places.ts';
import { addSettingOptions } from './setting-options.ts';
import { updateLines } from './watch/lines.ts';

export const watch: CommandModule = {
  formats: ['jsonl'],
  examples: ['qdx watch docs -c docs', 'qdx watch -c docs', 'qdx watch src -c code --preset code --exclude "*.snap"'],
  define: (command) => {
    command
      .argument('[path...]', 'Folders or files; absent: the paths of the collection in qdx.config.json')
      .option('-c, --collection <name>', 'Where the points go; made if it is not there')
      .option('--source <name>', 'Stable name of the folder; absent: its own name')
      .option('--description <text>', 'What a new collection holds, in a sentence')
      .option(
        '--prune-excluded',
        'Also remove the points of files that are left out now (patterns, .gitignore, secrets)',
      )
      .option('--moved', 'The folder of a source lies elsewhere now');
    addReaderOptions(command);
    addSettingOptions(command, embedSettings);
    addCollectionSettings(command);
    addEndpointOptions(command, 'bulk');
  },
  run: async ({ args, flags }, context) => {
    const typed = embedFlags(flags);
    const name = typed.collection;
    if (name === undefined)
      throw new QdxError('usage', 'which collection is to follow the files? Name it with --collection', {
        hint: 'qdx watch docs --collection docs',
      });
    const { settings, collection, origins } = await context.settings(name);
    const source = typed.source ?? collection.source;
    const paths = args.length > 0 ? args : collection.paths;
    const roots = await namedRoots({ paths, cwd: context.folders.cwd, ...(source !== undefined && { source }) });
    const line = keptConnection(context);
    const params = {
      ...typed,
      prune: true,
      shard: wholeRun,
      roots,
      destination: { kind: 'collection', name, connect: line.connect },
      settings,
      typed: typedMakingFlags(origins),
      description: typed.description ?? collection.description,
      folders: context.folders,
      endpoint: endpointParams(context, settings),
      environment: context.environment,
      commandLine: `qdx watch -c ${name}`,
      qdxVersion: version,
    } as const;
    const updates = watchCorpus(
      {
        roots,
        settings,
        embed: (only, run) =>
          line.renewedOnFailure(embedCorpus({ ...params, ...(only && { only }), startedAt: performance.now() }, run)),
      },
      context,
    );
    return { lines: updateLines(updates, context.format) };
  },
};

/** One connection for all runs, until one fails: a local server that was started again listens elsewhere. */
function keptConnection(context: CommandContext) {
  let kept: Promise<Connection> | undefined;
  return {
    connect: () => (kept ??= context.connect()),
    renewedOnFailure: async <T>(run: Promise<T>): Promise<T> => {
      try {
        return await run;
      } catch (error) {
        kept = undefined;
        throw error;
      }
    },
  };
}
