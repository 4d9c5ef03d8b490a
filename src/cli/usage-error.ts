/**
 * The parser's errors in our words: what is wrong with the typed words, and what to type instead.
 */
import type { Command, CommanderError } from 'commander';
import { QdxError } from '../lib/errors.ts';
import { firstExample, isRunnable } from './help.ts';

/** @param typed The words that could name a command, outermost first. */
export async function usageError(error: CommanderError, program: Command, typed: readonly string[]): Promise<QdxError> {
  const { command, rest } = findCommand(program, typed);
  const name = commandPath(command);
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = more.join(' ').replaceAll(/[()]/g, '').replace('Did', 'did').trim();
  const members = command.commands.map((member) => member.name()).filter((member) => member !== 'help');
  if (members.length > 0 && rest[0] !== undefined && aboutMembers.has(error.code)) {
    // Of an unknown command the parser has looked for a near one itself.
    const near = error.code === 'commander.unknownCommand' ? suggestion : await didYouMean(rest[0], members);
    return new QdxError('usage', `unknown command '${rest[0]}'`, { hint: near || membersHint(command, members) });
  }
  if (error.code === 'commander.help')
    return new QdxError('usage', `${name} needs a command: ${members.join(', ')}`, { hint: `${name} --help` });
  const { message, typed: wrong, choices } = inOurWords(error.code, first.replace(/\.$/, ''), name);
  const near = wrong === undefined ? undefined : await didYouMean(wrong, choices ?? []);
  const hint = suggestion || near || (lacksSomething.has(error.code) && exampleHint(command)) || `see ${name} --help`;
  return new QdxError('usage', message, { hint });
}

/** A family that is a command itself (`qdx collections`) takes a misspelt member for an argument too many. */
const aboutMembers = new Set(['commander.help', 'commander.excessArguments', 'commander.unknownCommand']);

const lacksSomething = new Set(['commander.missingArgument', 'commander.missingMandatoryOptionValue']);

function membersHint(command: Command, members: readonly string[]): string {
  const name = commandPath(command);
  if (command.parent === null) return `see ${name} --help`;
  return `${name} ${isRunnable(command) ? 'alone, or with' : 'knows'} ${members.join(', ')}`;
}

interface Sentence {
  readonly message: string;
  /** A value that is none of `choices`. */
  readonly typed?: string;
  readonly choices?: readonly string[];
}

/** Other sentences of the parser are good as they are. */
function inOurWords(code: string, sentence: string, name: string): Sentence {
  const [, flag, argument] = /^(?:required )?option '(?:-\w, )?(--[\w-]+)(?: (.*?))?'/.exec(sentence) ?? [];
  if (code === 'commander.missingMandatoryOptionValue')
    return { message: `${name} needs ${flag} ${argument ?? ''}`.trim() };
  if (code === 'commander.optionMissingArgument') return { message: `${flag} needs a value: ${argument ?? ''}` };
  const [, typed, listed] = /(?:argument|value) '(.*)' is invalid.*Allowed choices are (.*)$/s.exec(sentence) ?? [];
  if (typed !== undefined && listed !== undefined) {
    const place = flag ?? /for argument '(.*?)'/.exec(sentence)?.[1] ?? name;
    const message = `${place}: expected one of ${listed}, got ${JSON.stringify(typed)}`;
    return { message, typed, choices: listed.split(', ') };
  }
  const [, most, count] = /^too many arguments.*Expected (\d+) arguments? but got (\d+)$/.exec(sentence) ?? [];
  if (most !== undefined) return { message: `${name} takes ${argumentCount(most)}, and got ${count}` };
  return { message: sentence };
}

const argumentCount = (most: string): string =>
  most === '0' ? 'no argument' : `${most} argument${most === '1' ? '' : 's'}`;

function exampleHint(command: Command): string | undefined {
  const example = firstExample(command);
  return example === undefined ? undefined : `for example: ${example} (more: ${commandPath(command)} --help)`;
}

/** Loaded where something was misspelt, and not before. */
async function didYouMean(typed: string, names: readonly string[]): Promise<string | undefined> {
  const nearest = await import('../lib/nearest.ts');
  return nearest.didYouMean(typed, names);
}

function findCommand(program: Command, typed: readonly string[]): { command: Command; rest: readonly string[] } {
  const [word, ...rest] = typed;
  const next = program.commands.find((member) => member.name() === word);
  return next ? findCommand(next, rest) : { command: program, rest: typed };
}

const commandPath = (command: Command): string =>
  command.parent ? `${commandPath(command.parent)} ${command.name()}` : command.name();
