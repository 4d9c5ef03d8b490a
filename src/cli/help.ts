/**
 * How help looks: options with their default and variable, global options, examples.
 */
import type { Command, HelpConfiguration, Option } from 'commander';
import type { CommandModule } from '../commands/command.ts';
import { SettingOption } from '../core/config/options.ts';
import { settingRow } from '../core/config/table.ts';

/** Defaults of settings as text, by path; empty where they were not loaded (the help of qdx itself). */
export type DefaultTexts = Readonly<Record<string, string>>;

export const helpConfiguration = (defaults: DefaultTexts): HelpConfiguration => ({
  showGlobalOptions: true,
  optionDescription: (option) => describeOption(option, defaults),
});

export function addExamples(command: Command, module: CommandModule): void {
  if (module.examples?.length) command.addHelpText('after', `\nExamples:\n${exampleLines(module.examples)}`);
}

export const rootExamples = `
Examples:
${exampleLines(['qdx embed docs --collection docs', 'qdx search "how do I resume a run" -c docs', 'qdx config show'])}

qdx COMMAND --help tells more of a command. Exit codes: docs/exit-codes.md`;

function exampleLines(examples: readonly string[]): string {
  return examples.map((example) => `  ${example}`).join('\n');
}

function describeOption(option: Option, defaults: DefaultTexts): string {
  const choices = option.argChoices ? ` (${option.argChoices.join(', ')})` : '';
  if (!(option instanceof SettingOption)) return `${option.description}${choices}`;
  const row = settingRow(option.settingPath);
  const known = row.absent ?? defaults[option.settingPath];
  const notes = [
    ...(row.type === 'list' ? ['may be repeated'] : []),
    ...(known === undefined ? [] : [`default: ${known}`]),
    `env: ${row.env.at(-1)}`,
  ];
  return `${option.description} (${notes.join('; ')})`;
}
