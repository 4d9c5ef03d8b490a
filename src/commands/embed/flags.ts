/**
 * Flags of `qdx embed` that are no settings.
 */
import type { Command } from 'commander';
import { addSettingOptions } from '../setting-options.ts';
import type { ReaderOptions } from '../../core/corpus/readers/reader.ts';
import type { EmbedDestination, EmbedParams } from '../../core/embed/embed.ts';
import { shardFlags } from '../shard-flags.ts';
import { QdxError } from '../../lib/errors.ts';
import { addCollectionSettings } from '../collection-setting-flags.ts';
import { addEndpointOptions } from '../model-places.ts';

/** What is embedded, and how. */
export const embedSettings = [
  'preset',
  'embed.model',
  'embed.device',
  'embed.workers',
  'embed.include',
  'embed.exclude',
  'embed.chunkTokens',
  'embed.maxFileBytes',
  'embed.includeSecrets',
  'embed.followLinks',
  'embed.cache',
  'embed.cacheBytes',
  'embed.tokenVectors',
  'embed.tokenWindow',
] as const;

export function defineEmbed(command: Command): void {
  command
    .argument('[path...]', 'Folders or files; absent: the paths of the collection in qdx.config.json')
    .option('-c, --collection <name>', 'Where the points go; made if it is not there')
    .option('--out <file>', 'Write a vectors file instead (of the entry of --collection in qdx.config.json, if named)')
    .option('--chunks-out <file>', 'Write the chunks instead, to be embedded elsewhere')
    .option('--source <name>', 'Stable name of the folder; absent: its own name')
    .option('--description <text>', 'What a new collection holds, in a sentence')
    .option('--prune', 'Remove the points of files that are gone')
    .option('--prune-excluded', 'Remove the points of files that are left out now (patterns, .gitignore, secrets)')
    .option('--allow-prune-all', 'Also where that removes every point of a source')
    .option('--moved', 'The folder of a source lies elsewhere now')
    .option('--shard <i/n>', 'Embed one of n parts, from 1/n to n/n; needs --run')
    .option('--run <id>', 'Name of the run that the shards are parts of')
    .option('--dry-run', 'Say what would be embedded, written and removed, and do none of it')
    .option('--break-lock', 'Write although another run holds the lock');
  addReaderOptions(command);
  addSettingOptions(command, [...embedSettings, 'embed.vectorFormat']);
  addCollectionSettings(command);
  addEndpointOptions(command, 'bulk');
}

/** How records of CSV and JSON lines are read. */
export function addReaderOptions(command: Command): void {
  const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  command
    .option('--text-column <name>', 'CSV: column to embed (repeatable)', repeated)
    .option('--id-column <name>', 'CSV: column that is kept as source_id')
    .option('--keep-column <name>', 'CSV: column that goes into the payload (repeatable)', repeated)
    .option('--delimiter <char>', 'CSV: what stands between columns')
    .option('--text-field <name>', 'JSON lines: field to embed')
    .option('--id-field <name>', 'JSON lines: field that is kept as source_id')
    .option('--keep-field <name>', 'JSON lines: field that goes into the payload (repeatable)', repeated);
}

export type EmbedFlags = Pick<
  EmbedParams,
  'shard' | 'runId' | 'prune' | 'pruneExcluded' | 'allowPruneAll' | 'isMoved' | 'breakLock' | 'dryRun' | 'readers'
> & {
  readonly collection?: string;
  readonly out?: string;
  readonly chunksOut?: string;
  readonly source?: string;
  readonly description?: string;
};

type Flags = Readonly<Record<string, unknown>>;

/** @throws QdxError `usage` for flags that do not go together. */
export function embedFlags(flags: Flags): EmbedFlags {
  if (typeof flags['source'] === 'string' && flags['source'].trim() === '')
    throw new QdxError('usage', '--source is empty: points are told apart by the name of their source', {
      hint: 'leave it out (then it is the name of the folder), or --source handbook',
    });
  const typed = {
    ...texts(flags, ['collection', 'out', 'chunksOut', 'source', 'description']),
    ...shardFlags(flags),
    prune: flags['prune'] === true,
    pruneExcluded: flags['pruneExcluded'] === true,
    allowPruneAll: flags['allowPruneAll'] === true,
    isMoved: flags['moved'] === true,
    breakLock: flags['breakLock'] === true,
    dryRun: flags['dryRun'] === true,
    readers: readerOptions(flags),
  };
  return typed;
}

/** @throws QdxError `usage` where no destination was named, or more than one. */
export function destinationOf(
  { collection, out, chunksOut, prune, pruneExcluded }: EmbedFlags,
  known: readonly string[],
  connect: Extract<EmbedDestination, { kind: 'collection' }>['connect'],
): EmbedDestination {
  if (out !== undefined && chunksOut !== undefined)
    throw new QdxError('usage', '--out and --chunks-out are two runs: name one of them', {
      hint: 'leave --chunks-out out, unless the vectors are made elsewhere',
    });
  const path = out ?? chunksOut;
  if (path === '-')
    throw new QdxError(
      'usage',
      'a file of vectors or chunks does not go to stdout: it gets its name when it is whole',
      {
        hint: '--out vectors.jsonl',
      },
    );
  // An entry of the project file says what to embed, wherever it goes; any other name would say nothing.
  if (path !== undefined && collection !== undefined && !known.includes(collection))
    throw new QdxError('usage', `--collection ${collection} and ${path}: a run writes to a collection or to a file`, {
      hint: `leave one of them out; --collection with a file takes the paths and settings of an entry of qdx.config.json`,
    });
  if (path !== undefined && (prune || pruneExcluded))
    throw new QdxError('usage', '--prune removes points of a collection; a file has none', {
      hint: 'leave --prune out, or name a collection with --collection instead of the file',
    });
  if (out !== undefined) return { kind: 'vectors', path: out };
  if (chunksOut !== undefined) return { kind: 'chunks', path: chunksOut };
  if (collection !== undefined) return { kind: 'collection', name: collection, connect };
  throw new QdxError('usage', 'where to? Name a collection with --collection, or a file with --out', {
    hint:
      known.length > 0
        ? `The collections of qdx.config.json: ${known.join(', ')}`
        : 'qdx embed --collection docs ./docs makes the collection docs',
  });
}

function readerOptions(flags: Flags): ReaderOptions {
  const csv = {
    ...lists(flags, { textColumn: 'textColumns', keepColumn: 'keepColumns' }),
    ...texts(flags, ['idColumn', 'delimiter']),
  };
  const jsonl = { ...lists(flags, { keepField: 'keepFields' }), ...texts(flags, ['textField', 'idField']) };
  return {
    ...(Object.keys(csv).length > 0 && { csv }),
    ...(Object.keys(jsonl).length > 0 && { jsonl }),
  };
}

function texts<const K extends string>(flags: Flags, names: readonly K[]): Partial<Record<K, string>> {
  const typed = names.filter((name) => typeof flags[name] === 'string').map((name) => [name, flags[name]]);
  return Object.fromEntries(typed) as Partial<Record<K, string>>;
}

function lists<const V extends string>(flags: Flags, names: Readonly<Record<string, V>>): Partial<Record<V, string[]>> {
  const typed = Object.entries(names).filter(([flag]) => Array.isArray(flags[flag]));
  return Object.fromEntries(typed.map(([flag, option]) => [option, flags[flag]])) as Partial<Record<V, string[]>>;
}
