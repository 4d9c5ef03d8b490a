/**
 * What the completion scripts ask: what could stand here? One candidate a line, `value TAB text`, and at the end one line
 * that says what the shell itself may add: `:files`, `:folders` or `:none`. Silent about whatever goes wrong.
 */
import type { Command } from 'commander';
import type { CommandModule } from '../../commands/command.ts';
import type { Commands } from '../program.ts';
import { type Candidate, type Offer, offerAt } from './candidates.ts';
import { type Cursor, findCursor } from './cursor.ts';
import { collectionNames, modelNames, type NameSource } from './names.ts';
import type { ValueKind } from './value-kinds.ts';
import { type Shell, shells, typedWords } from './words.ts';

export interface Asking {
  readonly commands: Commands;
  /** The program with the commands loaded that these words name. */
  readonly programFor: (words: readonly string[]) => Promise<Command>;
  readonly process: NameSource['process'];
}

/** @param argv `SHELL INDEX WORD...` */
export async function completionAnswer([shell, index, ...words]: readonly string[], asking: Asking): Promise<string> {
  const known = shells.find((name) => name === shell);
  if (known === undefined) return ':none\n';
  return answer(known, typedWords(known, Number(index), words), asking).catch(() => ':none\n');
}

async function answer(shell: Shell, typed: ReturnType<typeof typedWords>, asking: Asking): Promise<string> {
  const program = await asking.programFor(typed.before);
  const cursor = findCursor(program, typed);
  const offer = await offerAt(cursor, {
    formats: async () => ['text', 'json', ...((await moduleOf(cursor, asking.commands))?.formats ?? [])],
    wordsOfSetting,
  });
  const named = await Promise.all(offer.kinds.map((kind) => namesOf(kind, { ...asking, typed: cursor.typed })));
  const fitting = [...offer.candidates, ...named.flat()].filter(({ value }) => fits(value, cursor));
  // bash replaces what stands behind the `=`, the others the whole word.
  const prefix = shell === 'bash' ? '' : cursor.attached;
  return [...fitting.map((each) => lineOf(each, prefix)), directiveOf(offer), ''].join('\n');
}

/** A name that would act on a terminal is not offered. */
const fits = (value: string, { word }: Cursor): boolean => value.startsWith(word) && !/\p{Cc}/u.test(value);

const lineOf = ({ value, text }: Candidate, prefix: string): string =>
  text === undefined ? `${prefix}${value}` : `${prefix}${value}\t${text.replaceAll(/\s+/g, ' ')}`;

function directiveOf({ kinds }: Offer): string {
  if (kinds.includes('files')) return ':files';
  return kinds.includes('folders') ? ':folders' : ':none';
}

async function namesOf(kind: ValueKind, source: NameSource): Promise<Candidate[]> {
  if (kind === 'files' || kind === 'folders') return [];
  const names = kind === 'collection' ? collectionNames(source) : modelNames(source, kind);
  return (await names.catch(() => [])).map((value) => ({ value }));
}

async function wordsOfSetting(path: string): Promise<readonly string[]> {
  const { choicesAt } = await import('../../core/config/expected.ts');
  return choicesAt(path.split('.')).map(String);
}

async function moduleOf({ command }: Cursor, commands: Commands): Promise<CommandModule | undefined> {
  const path = command.parent?.parent ? [command.parent.name(), command.name()] : [command.name()];
  const [outer = '', inner] = path;
  const entry = inner === undefined ? commands[outer] : commands[outer]?.members?.[inner];
  return entry?.load?.();
}
