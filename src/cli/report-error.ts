/**
 * How a run that failed says so: two lines, or one JSON object, and an exit code.
 */
import type { Command, CommanderError } from 'commander';
import { exitCodes, isQdxError, QdxError } from '../lib/errors.ts';
import type { Output } from '../lib/output.ts';
import { systemError } from '../lib/system-errors.ts';
import { version } from '../version.ts';

/** Says it on stderr and returns the exit code. */
export function reportError(error: unknown, output: Output, asJson: boolean): number {
  const known = isQdxError(error) ? error : (systemError(error) ?? unknownError(error));
  const exitCode = exitCodes[known.kind];
  if (asJson) {
    const { kind, message, hint, details } = known;
    output.talkJson({ messageType: 'error', kind, exitCode, message, hint, details });
  } else {
    output.error(known.message);
    if (known.hint) output.hint(known.hint);
  }
  if (known.cause instanceof Error) output.trace(String(known.cause.stack));
  return exitCode;
}

/** Commander's errors in our words: its first line is the sentence, the rest (`(Did you mean ...?)`) the hint. */
export async function usageError(error: CommanderError, program: Command, typed: readonly string[]): Promise<QdxError> {
  const { command, rest } = findCommand(program, typed);
  const name = commandPath(command);
  const members = command.commands.map((member) => member.name()).filter((member) => member !== 'help');
  // A family that is a command itself (`qdx collections`) takes a misspelt member for an argument too many.
  const isMember = error.code === 'commander.help' || error.code === 'commander.excessArguments';
  if (isMember && members.length > 0 && rest[0] !== undefined) {
    const hint = (await didYouMean(rest[0], members)) ?? `${name} knows ${members.join(', ')}`;
    return new QdxError('usage', `unknown command '${rest[0]}'`, { hint });
  }
  if (error.code === 'commander.help')
    return new QdxError('usage', `${name} needs a command: ${members.join(', ')}`, { hint: `${name} --help` });
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = more.join(' ').replaceAll(/[()]/g, '').replace('Did', 'did').trim();
  const hint = suggestion || (await likelyChoice(first)) || `see ${name} --help`;
  return new QdxError('usage', first.replace(/\.$/, ''), { hint });
}

/** Of a value that is none of those allowed, from commander's sentence. */
async function likelyChoice(sentence: string): Promise<string | undefined> {
  const [, typed, choices] = /(?:argument|value) '(.*)' is invalid.*Allowed choices are (.*?)\.?$/.exec(sentence) ?? [];
  return typed === undefined || choices === undefined ? undefined : didYouMean(typed, choices.split(', '));
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

/** Anything that is not a QdxError is a bug of qdx. */
function unknownError(error: unknown): QdxError {
  const stack = error instanceof Error ? String(error.stack) : String(error);
  return new QdxError('failed', `qdx ${version} failed in a way it does not know: ${stack.split('\n')[0]}`, {
    hint: `please report it with this text:\n${stack}`,
    details: { stack },
  });
}
