/**
 * What each client of the Model Context Protocol wants to be told of a server, and where. As their documentation has it in
 * November 2026; docs/mcp.md links it.
 */

/** How the client reaches the server. */
export type ServerEntry =
  | { readonly kind: 'stdio'; readonly command: string; readonly args: readonly string[]; readonly env: Env }
  | { readonly kind: 'http'; readonly url: string };

type Env = Readonly<Record<string, string>>;

export interface ClientSnippet {
  readonly client: ClientName;
  readonly title: string;
  /** Where it goes, by platform or scope. */
  readonly places: readonly string[];
  readonly language: 'json' | 'toml';
  /** Ready to be pasted; merged with what is there by hand. */
  readonly snippet: string;
  /** A command that does the same, where the client has one. */
  readonly command?: string;
  readonly notes: readonly string[];
}

/** The variable that holds the token of the HTTP server, as far as clients can read one. */
const tokenVariable = 'QDX_MCP_TOKEN';

interface Client {
  readonly title: string;
  readonly places: readonly string[];
  readonly render: (name: string, entry: ServerEntry) => string;
  readonly language?: 'toml';
  readonly command?: (name: string, entry: ServerEntry) => string;
  readonly note?: (entry: ServerEntry) => string | null;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

const stdio = ({ command, args, env }: ServerEntry & { readonly kind: 'stdio' }) => ({
  command,
  args,
  ...(Object.keys(env).length > 0 && { env }),
});

/** @param token How this client writes the value of an environment variable. */
const headers = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

const noVariables = (entry: ServerEntry): string | null =>
  entry.kind === 'http'
    ? `Write the token itself in place of <${tokenVariable}>: this client reads no variables.`
    : null;

const clients = {
  'claude-desktop': {
    title: 'Claude Desktop',
    places: [
      'macOS: ~/Library/Application Support/Claude/claude_desktop_config.json',
      'Windows: %APPDATA%\\Claude\\claude_desktop_config.json',
    ],
    render: (name, entry) =>
      json({
        mcpServers: { [name]: entry.kind === 'stdio' ? stdio(entry) : bridge(entry) },
      }),
    note: ({ kind }) =>
      kind === 'http'
        ? `Its file takes local commands only: this one reaches the URL by way of npx mcp-remote. Write the token in place of <${tokenVariable}>.`
        : 'Quit it and start it again afterwards.',
  },
  'claude-code': {
    title: 'Claude Code',
    places: ['.mcp.json in the project, for all who work on it'],
    render: (name, entry) =>
      json({
        mcpServers: {
          [name]:
            entry.kind === 'stdio'
              ? { type: 'stdio', ...stdio(entry) }
              : { type: 'http', url: entry.url, ...headers(`\${${tokenVariable}}`) },
        },
      }),
    command: (name, entry) =>
      entry.kind === 'stdio'
        ? [
            'claude mcp add',
            ...environmentFlags(entry.env),
            name,
            '--',
            shellWords([entry.command, ...entry.args]),
          ].join(' ')
        : `claude mcp add --transport http --header "Authorization: Bearer $${tokenVariable}" ${name} ${entry.url}`,
  },
  cursor: {
    title: 'Cursor',
    places: ['.cursor/mcp.json in the project', '~/.cursor/mcp.json for all projects'],
    render: (name, entry) =>
      json({
        mcpServers: {
          [name]: entry.kind === 'stdio' ? stdio(entry) : { url: entry.url, ...headers(`\${env:${tokenVariable}}`) },
        },
      }),
  },
  vscode: {
    title: 'VS Code',
    places: ['.vscode/mcp.json in the project', 'mcp.json of your profile (MCP: Open User Configuration)'],
    render: (name, entry) =>
      entry.kind === 'stdio'
        ? json({ servers: { [name]: { type: 'stdio', ...stdio(entry) } } })
        : json({
            inputs: [{ type: 'promptString', id: 'qdx-token', description: 'Token of qdx mcp', password: true }],
            servers: { [name]: { type: 'http', url: entry.url, ...headers('${input:qdx-token}') } },
          }),
  },
  windsurf: {
    title: 'Windsurf',
    places: ['~/.codeium/windsurf/mcp_config.json'],
    render: (name, entry) =>
      json({
        mcpServers: {
          [name]:
            entry.kind === 'stdio' ? stdio(entry) : { serverUrl: entry.url, ...headers(`\${env:${tokenVariable}}`) },
        },
      }),
  },
  zed: {
    title: 'Zed',
    places: ['settings.json (zed: open settings file)'],
    render: (name, entry) =>
      json({
        context_servers: {
          [name]: entry.kind === 'stdio' ? stdio(entry) : { url: entry.url, ...headers(`<${tokenVariable}>`) },
        },
      }),
    note: noVariables,
  },
  codex: {
    title: 'Codex',
    language: 'toml',
    places: ['~/.codex/config.toml', '.codex/config.toml in a trusted project'],
    render: (name, entry) => toml(name, entry),
    command: (name, entry) =>
      entry.kind === 'stdio'
        ? [
            'codex mcp add',
            ...environmentFlags(entry.env),
            name,
            '--',
            shellWords([entry.command, ...entry.args]),
          ].join(' ')
        : `codex mcp add ${name} --url ${entry.url} --bearer-token-env-var ${tokenVariable}`,
  },
  'gemini-cli': {
    title: 'Gemini CLI',
    places: ['.gemini/settings.json in the project', '~/.gemini/settings.json for all projects'],
    render: (name, entry) =>
      json({
        mcpServers: {
          [name]: entry.kind === 'stdio' ? stdio(entry) : { httpUrl: entry.url, ...headers(`$${tokenVariable}`) },
        },
      }),
  },
} as const satisfies Readonly<Record<string, Client>>;

export type ClientName = keyof typeof clients;

export const clientNames = Object.keys(clients) as ClientName[];

export const isClientName = (name: string): name is ClientName => Object.hasOwn(clients, name);

/** @param name What the client calls the server. */
export function clientSnippet(client: ClientName, name: string, entry: ServerEntry): ClientSnippet {
  const { title, places, render, language, command, note }: Client = clients[client];
  const said = note?.(entry) ?? null;
  return {
    client,
    title,
    places,
    language: language ?? 'json',
    snippet: render(name, entry),
    ...(command && { command: command(name, entry) }),
    notes: said === null ? [] : [said],
  };
}

const bridge = ({ url }: ServerEntry & { readonly kind: 'http' }) => ({
  command: 'npx',
  args: ['-y', 'mcp-remote', url, '--header', `Authorization: Bearer <${tokenVariable}>`],
});

const environmentFlags = (env: Env): string[] =>
  Object.entries(env).map(([key, value]) => `--env ${shellWords([`${key}=${value}`])}`);

const shellWords = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');

/** JSON strings are TOML basic strings. */
function toml(name: string, entry: ServerEntry): string {
  const table = `[mcp_servers.${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}]`;
  if (entry.kind === 'http')
    return `${table}\nurl = ${JSON.stringify(entry.url)}\nbearer_token_env_var = ${JSON.stringify(tokenVariable)}`;
  const env = Object.entries(entry.env).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return [
    table,
    `command = ${JSON.stringify(entry.command)}`,
    `args = [${entry.args.map((arg) => JSON.stringify(arg)).join(', ')}]`,
    ...(env.length > 0 ? [`env = { ${env.join(', ')} }`] : []),
  ].join('\n');
}
