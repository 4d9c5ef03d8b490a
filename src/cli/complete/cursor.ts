/**
 * Where in the command tree the cursor stands: which command, whose value, which argument.
 */
import type { Command, Option } from 'commander';
import type { TypedWords } from './words.ts';

export interface TypedOption {
  readonly option: Option;
  /** Absent for a switch. */
  readonly value?: string;
}

export interface Cursor {
  /** The innermost command that was named. */
  readonly command: Command;
  /** The option whose value is completed; null where none is waiting for one. */
  readonly option: Option | null;
  /** Stands before `word` in the same word of the shell: `--mode=`. */
  readonly attached: string;
  /** What is typed of the word or the value so far. */
  readonly word: string;
  /** Arguments before it that name no command. */
  readonly args: readonly string[];
  readonly typed: readonly TypedOption[];
  /** Behind `--`, where no word is a flag. */
  readonly isPastDashes: boolean;
}

type Reading = { -readonly [K in 'command' | 'isPastDashes']: Cursor[K] } & {
  readonly args: string[];
  readonly typed: TypedOption[];
  /** The option that takes the next word as its value. */
  waiting: Option | null;
};

export function findCursor(program: Command, { before, current }: TypedWords): Cursor {
  const reading: Reading = { command: program, args: [], typed: [], isPastDashes: false, waiting: null };
  for (const word of before) read(reading, word);
  const { waiting, ...place } = reading;
  const assigned = waiting === null && !place.isPastDashes ? assignment(place.command, current) : null;
  return {
    ...place,
    option: waiting ?? assigned?.option ?? null,
    attached: assigned ? `${assigned.name}=` : '',
    word: assigned?.value ?? current,
  };
}

/** Options of a command and of those above it, which it takes as well. */
export const optionsOf = (command: Command): Option[] => [
  ...command.options,
  ...(command.parent ? optionsOf(command.parent) : []),
];

function read(reading: Reading, word: string): void {
  const { command, waiting, args, typed } = reading;
  if (waiting) {
    typed.push({ option: waiting, value: word });
    reading.waiting = null;
  } else if (reading.isPastDashes || !word.startsWith('-') || word === '-') {
    const member = args.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (member) reading.command = member;
    else if (!isHelpWord(word, reading)) args.push(word);
  } else if (word === '--') reading.isPastDashes = true;
  else readOption(reading, word);
}

function readOption(reading: Reading, word: string): void {
  const assigned = assignment(reading.command, word);
  if (assigned) {
    reading.typed.push({ option: assigned.option, value: assigned.value });
    return;
  }
  const option = optionsOf(reading.command).find(({ long, short }) => long === word || short === word);
  if (!option) return;
  if (option.required) reading.waiting = option;
  else reading.typed.push({ option });
}

/** `qdx help embed`: the command is what follows. */
const isHelpWord = (word: string, { command, args }: Reading): boolean =>
  word === 'help' && command.parent === null && args.length === 0;

/** `--mode=hybrid` in its parts. */
function assignment(command: Command, word: string): { name: string; option: Option; value: string } | null {
  const end = word.startsWith('--') ? word.indexOf('=') : -1;
  if (end === -1) return null;
  const name = word.slice(0, end);
  const option = optionsOf(command).find(({ long }) => long === name);
  return option ? { name, option, value: word.slice(end + 1) } : null;
}
