/**
 * `qdx embed`: folders into a collection, into a vectors file, or into chunks to be embedded elsewhere.
 */
import { namedRoots } from '../core/corpus/named-roots.ts';
import { embedCorpus } from '../core/embed/embed.ts';
import { version } from '../version.ts';
import type { CommandModule } from './command.ts';
import { typedMakingFlags } from './collection-setting-flags.ts';
import { defineEmbed, destinationOf, embedFlags } from './embed/flags.ts';
import { addKaggleOptions, embedOnKaggle, goesToKaggle } from './embed/on-kaggle.ts';
import { endpointParams } from './model-places.ts';
import { renderEmbedSummary } from './embed/render.ts';

export const embed: CommandModule = {
  examples: [
    'qdx embed --collection docs ./docs',
    'qdx embed --collection docs ./docs --prune --dry-run',
    'qdx embed ./docs --out vectors.jsonl',
    'qdx embed ./docs --out part-1.jsonl --shard 1/2 --run nightly',
    'qdx embed -c docs ./docs --model endpoint:bge-base --endpoint http://127.0.0.1:8080/v1',
    'qdx embed ./docs --on kaggle --kaggle-account jane --out vectors.jsonl',
  ],
  define: (command) => {
    defineEmbed(command);
    addKaggleOptions(command);
  },
  run: async ({ args, flags }, context) => {
    const startedAt = performance.now();
    const typed = embedFlags(flags);
    const { settings, collection, origins } = await context.settings(typed.collection);
    const isRemote = goesToKaggle(flags, typed);
    const paths = args.length > 0 ? args : collection.paths;
    const source = typed.source ?? collection.source;
    const goesOn = isRemote && paths.length === 0 && typed.runId !== undefined;
    const destination = goesOn
      ? null
      : destinationOf(typed, Object.keys(settings.collections), () => context.connect());
    const roots = goesOn
      ? []
      : await namedRoots({ paths, cwd: context.folders.cwd, ...(source !== undefined && { source }) });
    const params = {
      ...typed,
      roots,
      settings,
      typed: typedMakingFlags(origins),
      description: typed.description ?? collection.description,
      folders: context.folders,
      endpoint: endpointParams(context, settings),
      environment: context.environment,
      commandLine: `qdx embed${typed.collection === undefined ? '' : ` -c ${typed.collection}`}`,
      qdxVersion: version,
      startedAt,
    };
    if (isRemote || destination === null) return embedOnKaggle(params, destination, { typed, flags }, context);
    const summary = await embedCorpus({ ...params, destination }, context);
    return {
      data: summary,
      text: (view) => renderEmbedSummary(summary, view),
      outcome: summary.isComplete ? 'done' : 'partial',
    };
  },
};
