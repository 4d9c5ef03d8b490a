/**
 * The program: global flags, lazy commands, the single catch, outcome -> exit code.
 */
import { Command, CommanderError } from 'commander';
import type { CommandEntry, CommandModule, CommandResult, CommandStream } from './commands/command.ts';
import { createContext } from './commands/context.ts';
import { addGlobalOptions, type GlobalFlags, globalOptionsWithValue } from './commands/global-options.ts';
import { commands } from './commands/index.ts';
import { exitCodes, isQdxError, type Outcome } from './lib/errors.ts';
import { createOutput, type Output } from './lib/output.ts';
import { listenToSignals } from './lib/signals.ts';
import { version } from './version.ts';

export async function main(process: NodeJS.Process): Promise<void> {
  const program = await createProgram(process);
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = reportError(error, outputFor(program, process), program.opts<GlobalFlags>());
  }
}

/** Only the command that was typed is loaded; the others are a name and a line of help. */
async function createProgram(process: NodeJS.Process): Promise<Command> {
  const program = new Command('qdx')
    .description('Embed, search, migrate and benchmark Qdrant collections of code and documents.')
    .version(version, '--version', 'Print the version')
    .helpOption('-h, --help', 'Print help')
    .exitOverride();
  addGlobalOptions(program);
  const typed = typedCommands(process.argv.slice(2));
  for (const [name, entry] of Object.entries(commands))
    program.addCommand(await createCommand({ name, entry, process, program, typed }));
  return program;
}

interface CommandSeed {
  readonly name: string;
  readonly entry: CommandEntry;
  readonly process: NodeJS.Process;
  readonly program: Command;
  /** The words of argv that could name commands, outermost first. */
  readonly typed: readonly string[];
}

async function createCommand({ name, entry, process, program, typed }: CommandSeed): Promise<Command> {
  const command = new Command(name)
    .summary(entry.summary)
    .description(entry.summary)
    .helpOption('-h, --help', 'Print help')
    .configureHelp({ showGlobalOptions: true })
    .allowExcessArguments(false)
    .exitOverride();
  if (typed[0] !== name) return command;
  for (const [memberName, member] of Object.entries(entry.members ?? {}))
    command.addCommand(
      await createCommand({ name: memberName, entry: member, process, program, typed: typed.slice(1) }),
    );
  if (entry.load) attachModule(command, await entry.load(), process, program);
  return command;
}

function attachModule(command: Command, module: CommandModule, process: NodeJS.Process, program: Command): void {
  module.define(command);
  command.action(async () => {
    const globals = program.opts<GlobalFlags>();
    const output = outputFor(program, process);
    const signals = listenToSignals(process, output);
    const context = createContext({ process, globals, flags: command.opts(), output, signal: signals.signal });
    try {
      const result = await module.run({ args: command.args, flags: command.opts() }, context);
      process.exitCode = exitCodes[await writeResult(result, output, formatOf(globals))];
    } finally {
      signals.stop();
      await context.close();
    }
  });
}

async function writeResult(result: CommandResult | CommandStream, output: Output, format: string): Promise<Outcome> {
  if ('lines' in result) {
    for await (const line of result.lines) {
      await output.data(line);
      if (output.closed) return 'done';
    }
    return result.outcome?.() ?? 'done';
  }
  await output.data(renderAs(result, output, format));
  return result.outcome ?? 'done';
}

function renderAs(result: CommandResult, output: Output, format: string): string {
  if (format === 'json')
    return JSON.stringify(result.data, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return (result.formats?.[format] ?? result.text)(output.view);
}

const formatOf = (globals: GlobalFlags): string => (globals.json ? 'json' : (globals.format ?? 'text'));

function outputFor(program: Command, process: NodeJS.Process): Output {
  const { quiet, verbose, color } = program.opts<GlobalFlags>();
  return createOutput({
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    ...(quiet !== undefined && { quiet }),
    ...(verbose !== undefined && { verbose }),
    ...(color !== undefined && { color: color !== 'never' }),
  });
}

function reportError(error: unknown, output: Output, globals: GlobalFlags): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (isQdxError(error)) {
    output.error(error.message);
    if (error.hint) output.note(error.hint);
    return exitCodes[error.kind];
  }
  output.error(`qdx ${version} failed in a way it does not know; please report it with this text`);
  output.note(error instanceof Error ? String(error.stack) : String(error));
  void globals;
  return exitCodes.failed;
}

/** The words before the first unknown one that are not flags or values of global flags: `['config', 'show']`. */
function typedCommands(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (globalOptionsWithValue.has(word)) index++;
    else if (!word.startsWith('-')) words.push(word);
  }
  return words[0] === 'help' ? words.slice(1) : words;
}
