/**
 * man/qdx.1, from the command tree, the table of settings and the table of exit codes.
 */
import { typedCommands } from '../../dist/cli/argv.js';
import { createProgram } from '../../dist/cli/program.js';
import { globalFlagsWithValue } from '../../dist/commands/global-options.js';
import { commands } from '../../dist/commands/index.js';
import { settingPaths, settingRow } from '../../dist/core/config/table.js';
import { exitCodes, exitMeanings } from '../../dist/lib/errors.js';
import { version } from '../../dist/version.js';

export async function manPage() {
  const program = await loaded([]);
  const parts = [
    '.\\" Written by `npm run generate`; edit the commands, or scripts/pages/man.js.',
    `.TH QDX 1 "" "qdx ${version}" "User Commands"`,
    section('NAME', `qdx \\- ${text(lower(program.description()).replace(/\.$/, ''))}`),
    section('SYNOPSIS', '.B qdx', '.RI [ option ...]', '.I command', '.RI [ argument ...]'),
    section(
      'DESCRIPTION',
      text('What each command does is told below; `qdx COMMAND --help` tells the same of one.'),
      '.P',
      text(
        "A setting comes from the first of these that says something about it: a flag, a variable of the environment, the nearest qdx.config.json upward, config.json in the user's configuration folder, the preset, the default. `qdx config show` prints each with its origin. Without a URL qdx starts a Qdrant of its own on the loopback.",
      ),
    ),
    '.SH COMMANDS',
    ...(await commandParts(commands, [])),
    section('GLOBAL OPTIONS', ...options(program)),
    section(
      'EXIT STATUS',
      ...Object.entries(exitCodes).flatMap(([kind, code]) => item(`.B ${code}`, exitMeanings[kind])),
    ),
    section('ENVIRONMENT', ...environment()),
    section('FILES', ...files.flatMap(([path, what]) => item(`.I ${text(path)}`, what))),
    section('SEE ALSO', text('The pages in the folder docs of the package, and qdx COMMAND --help.')),
  ];
  return `${parts.join('\n')}\n`;
}

async function commandParts(entries, above) {
  const parts = [];
  for (const [name, entry] of Object.entries(entries)) {
    const words = [...above, name];
    if (entry.load) parts.push(...(await commandPart(words, await entry.load())));
    parts.push(...(await commandParts(entry.members ?? {}, words)));
  }
  return parts;
}

async function commandPart(words, module) {
  const program = await loaded(words);
  const command = words.reduce((at, word) => at.commands.find((member) => member.name() === word), program);
  const usage = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [
    `.SS ${text(['qdx', ...words, ...usage].join(' '))}`,
    text(sentence(command.description())),
    ...command.registeredArguments.flatMap((argument) =>
      item(`.I ${text(argument.name())}`, command.createHelp().argumentDescription(argument)),
    ),
    ...options(command),
    '.P',
    'Examples:',
    '.nf',
    '.RS 4',
    ...(module.examples ?? []).map(text),
    '.RE',
    '.fi',
  ];
}

const options = (command) => {
  const help = command.configureHelp();
  return command.options
    .filter((option) => !option.hidden)
    .flatMap((option) => item(`.B ${text(option.flags)}`, help.optionDescription(option)));
};

function environment() {
  const rows = settingPaths.map(settingRow).flatMap((row) => row.env.map((name) => [name, row.description]));
  return rows.flatMap(([name, what]) => item(`.B ${text(name)}`, what));
}

const files = [
  ['qdx.config.json', 'Settings of a project, looked for from the working folder upward.'],
  ['~/.config/qdx/config.json', 'Settings of a user; in XDG_CONFIG_HOME where that is set.'],
  [
    '~/.cache/qdx',
    'Downloaded models, cached vectors, compiled code; safe to delete. In XDG_CACHE_HOME where that is set.',
  ],
  ['~/.local/share/qdx', 'Storage, lock and key of the local server. In XDG_DATA_HOME where that is set.'],
];

/** With the command of these words loaded, and descriptions that name defaults. */
const loaded = (words) => {
  const argv = [...words, '--help'];
  if (typedCommands(argv, globalFlagsWithValue).join() !== words.join())
    throw new Error(`no command ${words.join(' ')}`);
  return createProgram(argv, commands, { onText: () => {}, onCommand: async () => {} });
};

const section = (title, ...lines) => [`.SH "${title}"`, ...lines].join('\n');

const item = (head, body) => ['.TP', head, text(sentence(body))];

const sentence = (body) => (/[.)]$/.test(body) ? body : `${body}.`);
const lower = (body) => body.charAt(0).toLowerCase() + body.slice(1);

/** As roff reads it: no line is taken for a request, hyphens stay what they are when copied, other letters are named. */
const text = (line) =>
  line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('`', "'")
    .replace(/^(?=[.'])/, '\\&')
    .replaceAll(/[^\n -~]/gu, (letter) => `\\[u${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
