/**
 * Flags of `qdx search`, and the parameters that they and the settings make.
 */
import type { Command } from 'commander';
import { addEndpointOptions } from '../model-places.ts';
import { rerankSettings } from '../rerank-settings.ts';
import { searchSettings } from './settings.ts';
import { addSettingOptions } from '../setting-options.ts';
import type { Origin } from '../../core/config/layer.ts';
import type { ResolvedSettings } from '../../core/config/resolve.ts';
import type { SearchParams } from '../../core/retrieval/params.ts';
import { assertQuery } from '../../core/retrieval/assert-query.ts';
import { QdxError } from '../../lib/errors.ts';

type Flags = Readonly<Record<string, unknown>>;

export function defineSearch(command: Command): void {
  const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  command
    .argument('[query...]', 'What you look for; - reads it from stdin')
    .option(
      '-c, --collection <name>',
      'Where to search (repeatable); absent: the only one, or those of the project',
      repeated,
    )
    .option('--queries <file>', 'Many queries: JSON lines of {"id","query"}, - is stdin; best with --format jsonl')
    .option(
      '--filter <condition>',
      'Payload condition: key=value, key!=value, key>=n (repeatable; all must hold)',
      repeated,
    )
    .option('--path <glob>', 'Only files that match (repeatable)', repeated)
    .option('--exclude <glob>', 'No files that match (repeatable)', repeated)
    .option('--subdirectory <name>', 'Only this first folder of the path (repeatable)', repeated)
    .option('--language <name>', 'Only this language (repeatable)', repeated)
    .option('--min-score <cosine>', 'Only hits whose cosine to the query is at least this')
    .option('--group-by <what>', 'path: one hit for each file')
    .option('--exact', 'Compare with every vector instead of walking the graph')
    .option('--explain', 'Rank and score in each list, and what each signal added')
    .option('--full', 'Whole chunks instead of the lines that match')
    .option('--context <lines>', 'Lines of the file to show before and after each hit');
  addSettingOptions(command, [
    'search.mode',
    'search.limit',
    'search.candidates',
    'index.efSearch',
    'search.rescore',
    'search.oversampling',
    'embed.model',
  ]);
  addSettingOptions(command, rerankSettings, 'Reranking:');
  addEndpointOptions(command, 'query', true);
}

/** @throws QdxError `usage` for a value that is none. */
export function searchParams(
  flags: Flags,
  { settings, origins }: Pick<ResolvedSettings, 'settings' | 'origins'>,
  collections: readonly string[],
): SearchParams {
  const minScore = numberFlag(flags, 'minScore', '--min-score', { least: -1, most: 1 });
  const fromSettings = searchSettings({ settings, origins });
  if (minScore !== undefined && fromSettings.mode === 'lexical')
    throw new QdxError('usage', '--min-score is a cosine, and --mode lexical has none', {
      hint: 'leave one of the two out',
    });
  const isModelTyped = origins['embed.model']?.kind === 'flag';
  return {
    ...fromSettings,
    collections,
    filters: {
      conditions: listFlag(flags, 'filter'),
      paths: listFlag(flags, 'path'),
      excludes: listFlag(flags, 'exclude'),
      subdirectories: listFlag(flags, 'subdirectory'),
      languages: listFlag(flags, 'language'),
    },
    exact: flags['exact'] === true,
    contextLines: numberFlag(flags, 'context', '--context', { least: 0, most: 1000, isWhole: true }) ?? 0,
    explain: flags['explain'] === true,
    typedForQuantized: ['rescore', 'oversampling'].flatMap((name) => typedFlag(origins[`search.${name}`])),
    ...(minScore !== undefined && { minScore }),
    ...(groupByFlag(flags) && { groupBy: 'path' as const }),
    ...(isModelTyped && settings.embed.model !== undefined && { model: settings.embed.model }),
  };
}

const typedFlag = (origin: Origin | undefined): readonly string[] => (origin?.kind === 'flag' ? [origin.name] : []);

export type QuerySource = { readonly from: 'text'; readonly text: string } | { readonly from: 'stdin' | 'file' };

/** Words that the shell took apart are put together. @throws QdxError `usage` for two sources or none. */
export function querySource(args: readonly string[], flags: Flags): QuerySource {
  const text = args.join(' ');
  if (flags['queries'] !== undefined && text !== '')
    throw new QdxError('usage', '--queries and a query on the command line: name one of them', {
      hint: 'leave the query out, or --queries',
    });
  if (flags['queries'] !== undefined) return { from: 'file' };
  if (text === '-') return { from: 'stdin' };
  assertQuery(text);
  return { from: 'text', text };
}

export function listFlag(flags: Flags, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? (value as string[]) : [];
}

function groupByFlag(flags: Flags): boolean {
  const value = flags['groupBy'];
  if (value === undefined || value === 'path') return value === 'path';
  throw new QdxError('usage', `--group-by ${JSON.stringify(value)}: hits are grouped by path only`, {
    hint: '--group-by path',
  });
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly isWhole?: boolean;
}

function numberFlag(flags: Flags, name: string, flag: string, range: Range): number | undefined {
  const typed = flags[name];
  if (typed === undefined) return undefined;
  const number = typeof typed === 'string' && typed.trim() !== '' ? Number(typed) : Number.NaN;
  const fits = number >= range.least && number <= range.most && (!range.isWhole || Number.isInteger(number));
  if (fits) return number;
  throw new QdxError(
    'usage',
    `${flag}: expected ${range.isWhole ? 'a whole number' : 'a number'} from ${range.least} to ${range.most}, got ${JSON.stringify(typed)}`,
  );
}
