/**
 * How help looks: options with their default and variable, global options, examples.
 */
import type { Command, HelpConfiguration, Option } from 'commander';
import type { CommandModule } from '../commands/command.ts';
import type { SettingTexts } from '../core/config/defaults.ts';
import { SettingOption } from '../commands/setting-options.ts';
import { settingRow } from '../core/config/table.ts';

/** For the help of qdx itself, which loads nothing to say more. */
export const noTexts: SettingTexts = { defaults: {}, choices: {} };

export const helpConfiguration = (texts: SettingTexts): HelpConfiguration => ({
  showGlobalOptions: true,
  optionDescription: (option) => describeOption(option, texts),
});

const examplesOf = new WeakMap<Command, readonly string[]>();

/** Not a family that does nothing by itself. */
export const isRunnable = (command: Command): boolean => examplesOf.has(command);

export const firstExample = (command: Command): string | undefined => examplesOf.get(command)?.[0];

export function addExamples(command: Command, module: CommandModule): void {
  examplesOf.set(command, module.examples ?? []);
  if (module.examples?.length) command.addHelpText('after', `\nExamples:\n${exampleLines(module.examples)}`);
}

export const rootExamples = `
Examples:
${exampleLines(['qdx embed docs --collection docs', 'qdx search "how do I resume a run" -c docs', 'qdx config show'])}

qdx COMMAND --help tells more of a command. Exit codes: docs/exit-codes.md`;

function exampleLines(examples: readonly string[]): string {
  return examples.map((example) => `  ${example}`).join('\n');
}

const switchWords = new Map([
  ['true', 'on'],
  ['false', 'off'],
]);

function describeOption(option: Option, texts: SettingTexts): string {
  const choices = option.argChoices ? ` (${option.argChoices.join(', ')})` : '';
  if (!(option instanceof SettingOption)) return `${option.description}${choices}`;
  const row = settingRow(option.settingPath);
  const known = row.absent ?? texts.defaults[option.settingPath];
  const words = texts.choices[option.settingPath];
  const notes = [
    ...(words === undefined ? [] : [words]),
    ...(row.type === 'list' ? ['repeatable'] : []),
    ...(known === undefined ? [] : [`default: ${switchWords.get(known) ?? known}`]),
    `env: ${row.env.at(-1)}`,
  ];
  return `${option.description} (${notes.join('; ')})`;
}
