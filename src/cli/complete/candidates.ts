/**
 * What can stand at the cursor: commands, flags, and values, read from the command tree.
 */
import type { Argument, Option } from 'commander';
import { SettingOption } from '../../commands/setting-options.ts';
import { type Cursor, optionsOf } from './cursor.ts';
import { kindsOfArgument, kindsOfOption, type ValueKind } from './value-kinds.ts';

export interface Candidate {
  readonly value: string;
  readonly text?: string;
}

export interface Offer {
  readonly candidates: readonly Candidate[];
  /** What else fits, which the tree does not hold. */
  readonly kinds: readonly ValueKind[];
}

export interface OfferSources {
  /** Values of `--format` that the command knows. */
  readonly formats: () => Promise<readonly string[]>;
  /** Words that a setting takes, where it takes words of a list. */
  readonly wordsOfSetting: (path: string) => Promise<readonly string[]>;
}

export async function offerAt(cursor: Cursor, sources: OfferSources): Promise<Offer> {
  if (cursor.option) return offerForOption(cursor.option, sources);
  if (cursor.word.startsWith('-') && !cursor.isPastDashes) return { candidates: flagsAt(cursor), kinds: [] };
  const argument = argumentAt(cursor);
  return {
    candidates: [...membersAt(cursor), ...words(argument?.argChoices)],
    kinds: argument && !argument.argChoices ? kindsOfArgument(argument) : [],
  };
}

async function offerForOption(option: Option, sources: OfferSources): Promise<Offer> {
  const known =
    option.argChoices ??
    (option.long === '--format' ? await sources.formats() : []).concat(
      option instanceof SettingOption ? await sources.wordsOfSetting(option.settingPath) : [],
    );
  return { candidates: words(known), kinds: known.length > 0 ? [] : kindsOfOption(option) };
}

const words = (values: readonly string[] = []): Candidate[] => values.map((value) => ({ value }));

function membersAt({ command, args, isPastDashes }: Cursor): Candidate[] {
  if (args.length > 0 || isPastDashes) return [];
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), text: each.summary() }));
}

/** The argument at the cursor; the last one may repeat. */
function argumentAt({ command, args }: Cursor): Argument | undefined {
  const known = command.registeredArguments;
  const last = known.at(-1);
  return known[args.length] ?? (last?.variadic ? last : undefined);
}

/** Visible flags that may still be typed: those that count once are not offered twice. */
function flagsAt({ command, typed, word }: Cursor): Candidate[] {
  const taken = new Set(typed.map(({ option }) => option).filter((option) => !mayRepeat(option)));
  const free = [...optionsOf(command), command.createOption('-h, --help', 'Print help')].filter(
    (option) => !option.hidden && !taken.has(option),
  );
  const long = free.flatMap(({ long: value, description: text }) => (value === undefined ? [] : [{ value, text }]));
  const short = free.flatMap(({ short: value, description: text }) => (value === undefined ? [] : [{ value, text }]));
  return word.startsWith('--') ? long : [...long, ...short];
}

const mayRepeat = (option: Option): boolean => option.variadic || (option.required && option.parseArg !== undefined);
