/**
 * docs/commands.md: every command with its arguments, options and examples, from the modules themselves.
 */
import { Command } from 'commander';
import { addExamples, helpConfiguration } from '../../dist/cli/help.js';
import { addGlobalOptions } from '../../dist/commands/global-options.js';
import { commands } from '../../dist/commands/index.js';
import { settingTexts } from '../../dist/core/config/defaults.js';

const configuration = helpConfiguration(settingTexts());

export async function commandsPage() {
  const sections = await Promise.all(Object.entries(commands).map(([name, entry]) => sectionsOf(['qdx', name], entry)));
  const globals = new Command('qdx').configureHelp(configuration);
  addGlobalOptions(globals);
  return `<!-- Written by \`npm run generate\`; edit src/commands or scripts/pages/commands.js. -->

# Commands

What \`qdx COMMAND --help\` prints, on one page. Settings have their page with all variables and defaults:
[settings](settings.md); how a command ends: [exit codes](exit-codes.md); what its JSON looks like: [JSON](json-output.md).

${sections.flat().join('\n\n')}

## Options of every command

${optionTable(globals)}
`;
}

async function sectionsOf(words, { summary, load, members }) {
  const own = load ? [await sectionOf(words, summary, await load())] : [];
  const inner = await Promise.all(
    Object.entries(members ?? {}).map(([name, entry]) => sectionsOf([...words, name], entry)),
  );
  return [...own, ...inner.flat()];
}

async function sectionOf(words, summary, module) {
  const command = new Command(words.at(-1)).configureHelp(configuration);
  module.define(command);
  addExamples(command, module);
  const formats = module.formats?.length ? `\n\nFormats: \`text\`, \`json\`, ${codes(module.formats)}.` : '';
  const examples = module.examples?.length ? `\n\n\`\`\`text\n${module.examples.join('\n')}\n\`\`\`` : '';
  const usage = `\`${words.join(' ')} ${command.usage()}\``;
  return `## ${words.join(' ')}\n\n${summary}.\n\n${usage}${argumentList(command)}\n\n${optionTable(command)}${formats}${examples}`;
}

const codes = (names) => names.map((name) => `\`${name}\``).join(', ');

function argumentList(command) {
  if (command.registeredArguments.length === 0) return '';
  return `\n\n${command.registeredArguments.map((one) => `- \`${one.name()}\`: ${one.description}`).join('\n')}`;
}

function optionTable(command) {
  const help = command.createHelp();
  const rows = help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help')
    .map((option) => `| \`${option.flags}\` | ${cell(configuration.optionDescription(option))} |`);
  return rows.length === 0 ? 'No options of its own.' : `| option | |\n| --- | --- |\n${rows.join('\n')}`;
}

/** Bars would end the cell, and what looks like a tag would vanish. */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
