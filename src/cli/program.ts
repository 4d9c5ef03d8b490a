/**
 * The commander program: global options, and the commands as names. Only the command that was typed is loaded.
 */
import { Command } from 'commander';
import type { CommandEntry, CommandModule } from '../commands/command.ts';
import type { SettingTexts } from '../core/config/defaults.ts';
import { addGlobalOptions, globalFlagsWithValue } from '../commands/global-options.ts';
import { version } from '../version.ts';
import { asksForHelp, typedCommands } from './argv.ts';
import { addExamples, helpConfiguration, noTexts, rootExamples } from './help.ts';

export type Commands = Readonly<Record<string, CommandEntry>>;

export interface ProgramHooks {
  /** Takes the text of help and version, which commander would write itself. */
  readonly onText: (text: string) => void;
  readonly onCommand: (module: CommandModule, command: Command) => Promise<void>;
}

/** @param argv The words after `qdx`. */
export async function createProgram(
  argv: readonly string[],
  commands: Commands,
  hooks: ProgramHooks,
): Promise<Command> {
  const typed = typedCommands(argv, globalFlagsWithValue);
  const texts = asksForHelp(argv) && typed.length > 0 ? await loadTexts() : noTexts;
  const program = prepare(new Command('qdx'), texts, hooks)
    .description('Embed, search, migrate and benchmark Qdrant collections of code and documents.')
    .usage('[options] COMMAND')
    .version(version, '--version', 'Print the version')
    .helpCommand('help [command]', 'Print help of a command')
    .addHelpText('after', rootExamples);
  addGlobalOptions(program);
  for (const [name, entry] of Object.entries(commands))
    program.addCommand(await createCommand({ name, entry, typed, texts, hooks }));
  return program;
}

/** `qdx bench search` of the words that were typed; those that are no commands end it. */
export function commandWords(typed: readonly string[], commands: Commands, above = 'qdx'): string {
  const [word = '', ...rest] = typed;
  const entry = Object.hasOwn(commands, word) ? commands[word] : undefined;
  return entry ? commandWords(rest, entry.members ?? {}, `${above} ${word}`) : above;
}

interface CommandSeed {
  readonly name: string;
  readonly entry: CommandEntry;
  /** The words that could name this command and its members, outermost first. */
  readonly typed: readonly string[];
  readonly texts: SettingTexts;
  readonly hooks: ProgramHooks;
}

async function createCommand(seed: CommandSeed): Promise<Command> {
  const { name, entry, typed, texts, hooks } = seed;
  const command = prepare(new Command(name), texts, hooks)
    .summary(entry.summary)
    .description(entry.summary)
    .allowExcessArguments(false);
  if (typed[0] !== name) return command;
  for (const [memberName, member] of Object.entries(entry.members ?? {}))
    command.addCommand(await createCommand({ ...seed, name: memberName, entry: member, typed: typed.slice(1) }));
  if (entry.load) attachModule(command, await entry.load(), hooks);
  return command;
}

function attachModule(command: Command, module: CommandModule, hooks: ProgramHooks): void {
  module.define(command);
  addExamples(command, module);
  command.action(() => hooks.onCommand(module, command));
}

/** Nothing is written and nothing exits but by way of main. */
function prepare(command: Command, texts: SettingTexts, hooks: ProgramHooks): Command {
  return command
    .helpOption('-h, --help', 'Print help')
    .configureHelp(helpConfiguration(texts))
    .configureOutput({ writeOut: hooks.onText, writeErr: () => {} })
    .exitOverride();
}

async function loadTexts(): Promise<SettingTexts> {
  const { settingTexts } = await import('../core/config/defaults.ts');
  return settingTexts();
}
