/**
 * `qdx mcp config`: what a client wants to be told of `qdx mcp`.
 */
import {
  clientNames,
  type ClientSnippet,
  clientSnippet,
  isClientName,
  type ServerEntry,
} from '../../core/mcp/client-config.ts';
import { mcpPath } from '../../core/mcp/mcp-path.ts';
import type { ResolvedSettings } from '../../core/config/resolve.ts';
import { QdxError } from '../../lib/errors.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { isOnPath } from '../../lib/on-path.ts';
import type { CommandContext, CommandInput, CommandModule } from '../command.ts';
import { defineServed } from './flags.ts';
import { listFlag } from '../search/flags.ts';
import { addSettingOptions } from '../setting-options.ts';

type Flags = CommandInput['flags'];

export const mcpConfig: CommandModule = {
  examples: [
    'qdx mcp config claude-code -c docs',
    'qdx mcp config vscode -c docs -c code > .vscode/mcp.json',
    'qdx mcp config cursor --http',
    'qdx mcp config claude-desktop --command "$(command -v qdx)"',
  ],
  define: (command) => {
    const client = command.createArgument('<client>', 'Agent or editor');
    // For help and completion; what is none of them gets a better sentence from `run`.
    client.argChoices = [...clientNames];
    command
      .addArgument(client)
      .option('--name <name>', 'What the client calls the server; absent: qdx')
      .option(
        '--command <path>',
        'What starts qdx there; absent: qdx, or this file where no PATH has qdx. Programs with a window often need the whole path',
      );
    defineServed(command);
    command.option('--http', 'For a server that runs already: qdx mcp --http');
    addSettingOptions(command, ['mcp.port']);
  },
  run: async ({ args, flags }, context) => {
    const [client = ''] = args;
    if (!isClientName(client)) throw unknownClient(client);
    if (flags['http'] === true) assertForHttp(flags);
    const resolved = await context.settings();
    const entry = flags['http'] === true ? overHttp(resolved) : onStdio(flags, resolved, context);
    const { snippet, ...data } = clientSnippet(client, textFlag(flags, 'name') ?? 'qdx', entry);
    for (const line of [...whereItGoes(data, resolved), ...startNotes(entry)])
      context.onEvent({ type: 'note', message: line });
    return { data: { schemaVersion: 1, ...data, snippet }, text: () => snippet };
  },
};

/** What a server that runs already serves was said when it was started. @throws QdxError `usage` */
function assertForHttp(flags: Flags): void {
  const wrong = Object.entries({ '-c': 'collection', '--allow-write': 'allowWrite', '--command': 'command' }).find(
    ([, name]) => flags[name] !== undefined,
  );
  if (wrong)
    throw new QdxError('usage', `${wrong[0]} is for the server, and with --http it is started apart from the client`, {
      hint:
        wrong[0] === '--command' ? 'leave it out' : `qdx mcp --http ${wrong[0]}${wrong[0] === '-c' ? ' <name>' : ''}`,
    });
}

const overHttp = ({ settings }: ResolvedSettings): ServerEntry => ({
  kind: 'http',
  url: `http://127.0.0.1:${settings.mcp.port}${mcpPath}`,
});

/** The client starts it elsewhere and with another environment: what the settings come from is named. */
function onStdio(flags: Flags, { settings, origins, files }: ResolvedSettings, context: CommandContext): ServerEntry {
  const { url, dataDir, apiKeyFile } = settings.connection;
  const isTyped = (path: string): boolean => ['flag', 'env'].includes(origins[path]?.kind ?? '');
  const setting = (path: string, flag: string, value: string | undefined): string[] =>
    isTyped(path) && value !== undefined && value !== '-' ? [flag, value] : [];
  const [command = 'qdx', ...program] = startWords(textFlag(flags, 'command'), context);
  return {
    kind: 'stdio',
    command,
    args: [
      ...program,
      'mcp',
      ...listFlag(flags, 'collection').flatMap((name) => ['-c', name]),
      ...(flags['allowWrite'] === true ? ['--allow-write'] : []),
      ...(files.project === null ? [] : ['--config', files.project]),
      ...setting('connection.url', '--url', url),
      ...setting('connection.dataDir', '--data-dir', dataDir),
      ...setting('connection.apiKeyFile', '--api-key-file', apiKeyFile),
    ],
    env: {},
  };
}

/** A client finds `qdx` where a shell of the user's does; an installation of one project is named by its file. */
function startWords(typed: string | undefined, { environment, program }: CommandContext): readonly string[] {
  if (typed !== undefined) return [typed];
  return isOnPath('qdx', environment['PATH']) ? ['qdx'] : program;
}

const startNotes = (entry: ServerEntry): string[] =>
  entry.kind === 'stdio' && entry.args[0] !== 'mcp'
    ? [
        'qdx is not on your PATH, so the file that runs now is named; npm install --global --ignore-scripts qdx puts it there',
      ]
    : [];

function whereItGoes(
  { title, places, command, notes }: Omit<ClientSnippet, 'snippet'>,
  resolved: ResolvedSettings,
): string[] {
  const hasKey = ['flag', 'env'].includes(resolved.origins['connection.apiKey']?.kind ?? '');
  return [
    `${title} reads this from ${places.join(', or ')}`,
    ...(command === undefined ? [] : [`or let it write that itself: ${command}`]),
    ...notes,
    ...(hasKey
      ? ['your API key is not in it: keep it in a file and name that with --api-key-file, or in your own settings']
      : []),
  ];
}

function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const unknownClient = (client: string): QdxError =>
  new QdxError('usage', `qdx knows no client ${JSON.stringify(client)}: it knows ${clientNames.join(', ')}`, {
    hint: `${didYouMean(client, clientNames) ?? 'choose one of them.'} Most others take what qdx mcp config cursor prints`,
  });
