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
export function usageError(error: CommanderError, program: Command, typed: readonly string[]): QdxError {
  const { command, rest } = findCommand(program, typed);
  const name = commandPath(command);
  const members = command.commands.map((member) => member.name()).filter((member) => member !== 'help');
  if (error.code === 'commander.help')
    return new QdxError('usage', `${name} needs a command: ${members.join(', ')}`, { hint: `${name} --help` });
  // A family that is a command itself (`qdx collections`) takes a misspelt member for an argument too many.
  if (error.code === 'commander.excessArguments' && members.length > 0 && rest[0] !== undefined)
    return new QdxError('usage', `unknown command '${rest[0]}'`, { hint: `${name} knows ${members.join(', ')}` });
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = more.join(' ').replaceAll(/[()]/g, '').replace('Did', 'did').trim();
  return new QdxError('usage', first.replace(/\.$/, ''), { hint: suggestion || `see ${name} --help` });
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
