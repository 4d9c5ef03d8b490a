/**
 * Flags of `qdx migrate` that embed anew, and what they mean.
 */
import type { Command } from 'commander';
import type { ResolvedSettings } from '../../core/config/resolve.ts';
import { chosenModel } from '../../core/models/cards/default-model.ts';
import type { LayoutChanges } from '../../core/transfer/migrate/layout.ts';
import type { ReembedParams } from '../../core/transfer/reembed/reembed-points.ts';
import { readTestQueries } from '../../core/transfer/reembed/test-queries.ts';
import { QdxError } from '../../lib/errors.ts';
import { version } from '../../version.ts';
import type { CommandContext } from '../command.ts';
import { addEndpointOptions, modelPlaces } from '../model-places.ts';
import { listFlag, searchParams } from '../search/flags.ts';
import { searchPlaces } from '../search/places.ts';
import { addSettingOptions } from '../setting-options.ts';

type Flags = Readonly<Record<string, unknown>>;

const heading = 'Options of another model:';

export function addModelFlags(command: Command): void {
  const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  const option = (flags: string, description: string, parse?: typeof repeated) => {
    const made = command.createOption(flags, description).helpGroup(heading);
    command.addOption(parse ? made.argParser(parse) : made);
  };
  addSettingOptions(command, ['embed.model'], heading);
  option('--reembed', "Embed anew by the model of the target's entry in qdx.config.json (with --model: by that one)");
  option('--text-field <key>', 'Payload key of the text; absent: what the card or payloadKeys name, or content');
  option('--path-field <key>', 'Payload key of the path; absent: what the card or payloadKeys name, or source_path');
  option('--vector <name>', 'Dense vector that is replaced, where there are several; "" is the unnamed one');
  option('--drop-vector <name>', 'Vector that is not kept beside the new ones (repeatable)', repeated);
  option('--allow-without-text', 'Points without text come over without a vector');
  option(
    '--queries <file>',
    'Test queries: one a line, or JSON lines with query and answers; old against new is shown',
  );
  option('--min-overlap <share>', 'Switch only where old and new share so many of ten nearest neighbours (0 to 1)');
  option('--max-drop <figure>', 'Switch only where nDCG@10 of the judged queries falls by no more (0 to 1)');
  option('--backup-to <folder>', "Where the source is backed up; absent: in qdx's data folder");
  option('--no-backup', 'Make no backup before');
  addSettingOptions(
    command,
    [
      'embed.device',
      'embed.workers',
      'embed.cache',
      'embed.tokenVectors',
      'embed.tokenWindow',
      'vector.name',
      'vector.sparseName',
      'transfer.sample',
    ],
    heading,
  );
  addEndpointOptions(command, 'bulk');
}

/** Whether the command was asked to embed anew. @throws QdxError `usage` for flags that copying would pass over. */
export function isReembedding(flags: Flags, { origins }: ResolvedSettings): boolean {
  if (flags['reembed'] === true || origins['embed.model']?.kind === 'flag') {
    assertNoCopyFlags(flags);
    return true;
  }
  const idle = Object.entries(modelFlags).find(([name]) => flags[name] !== undefined && flags[name] !== true);
  const typed = flags['allowWithoutText'] === true ? '--allow-without-text' : idle?.[1];
  if (typed === undefined) return false;
  throw new QdxError('usage', `${typed} is for embedding anew, and no model was named: points would be copied`, {
    hint: 'add --model <name>, or --reembed for the model of the entry in qdx.config.json',
  });
}

/** @throws QdxError `usage` for flags of copies. */
function assertNoCopyFlags(flags: Flags): void {
  const typed = flags['verify'] === false ? '--no-verify' : flags['via'] === undefined ? null : '--via';
  if (typed === null) return;
  throw new QdxError('usage', `${typed} is for copies, and with another model all vectors are made anew and proven`, {
    hint: `leave ${typed} out`,
  });
}

/** By commander's names. `--no-backup` makes `backup` false. */
const modelFlags: Readonly<Record<string, string>> = {
  textField: '--text-field',
  pathField: '--path-field',
  vector: '--vector',
  dropVector: '--drop-vector',
  queries: '--queries',
  minOverlap: '--min-overlap',
  maxDrop: '--max-drop',
  sample: '--sample',
  backupTo: '--backup-to',
  backup: '--no-backup',
};

/** @param resolved With the entry of the target's name. */
export async function reembedParams(
  flags: Flags,
  resolved: ResolvedSettings,
  layout: LayoutChanges,
  context: CommandContext,
): Promise<ReembedParams> {
  const { settings, origins } = resolved;
  const places = modelPlaces(context, settings);
  const {
    model: _model,
    settingsModel: _settingsModel,
    collections: _none,
    ...search
  } = searchParams({}, resolved, []);
  const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined);
  const [textField, pathField, replaceVector] = [text('textField'), text('pathField'), text('vector')];
  const queries = text('queries');
  return {
    model: await chosenModel(settings.embed.model, settings.preset, places),
    settings,
    names: {
      ...(isSet(origins, 'vector.name') && { dense: settings.vector.name }),
      ...(isSet(origins, 'vector.sparseName') && { sparse: settings.vector.sparseName }),
    },
    ...(textField !== undefined && { textField }),
    ...(pathField !== undefined && { pathField }),
    ...(replaceVector !== undefined && { replaceVector }),
    dropVectors: listFlag(flags, 'dropVector'),
    allowWithoutText: flags['allowWithoutText'] === true,
    layout,
    ...(resolved.collection.description !== '' && { description: resolved.collection.description }),
    queries: queries === undefined ? null : await readTestQueries(queries),
    thresholds: { ...share(flags, 'minOverlap', '--min-overlap'), ...share(flags, 'maxDrop', '--max-drop') },
    sampleSize: settings.transfer.sample,
    // Deep enough that ten files are among the hits.
    search: { ...search, limit: 50 },
    places: searchPlaces(context, settings),
    environment: context.environment,
    qdxVersion: version,
  };
}

const isSet = (origins: ResolvedSettings['origins'], path: string): boolean =>
  !['default', 'preset'].includes(origins[path]?.kind ?? 'default');

function share<const N extends string>(flags: Flags, name: N, flag: string): Partial<Record<N, number>> {
  const value = numberOf(flags, name, flag, 'a number from 0 to 1', (number) => number >= 0 && number <= 1);
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<N, number>>;
}

function numberOf(
  flags: Flags,
  name: string,
  flag: string,
  expected: string,
  fits: (number: number) => boolean,
): number | undefined {
  const typed = flags[name];
  if (typed === undefined) return undefined;
  const number = typeof typed === 'string' && typed.trim() !== '' ? Number(typed) : Number.NaN;
  if (fits(number)) return number;
  throw new QdxError('usage', `${flag} ${JSON.stringify(typed)}: expected ${expected}`);
}
