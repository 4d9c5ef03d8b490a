/**
 * The official client of the Model Context Protocol on the built `qdx mcp`, over either transport.
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentOf, spawnQdx } from './run-qdx.ts';

const binPath = fileURLToPath(new URL('../../bin/qdx.js', import.meta.url));

interface McpAnswer {
  readonly isError: boolean;
  /** The text block. */
  readonly text: string;
  /** Empty where there is none, as with errors. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface McpSession {
  readonly client: Client;
  call(tool: string, input?: Readonly<Record<string, unknown>>): Promise<McpAnswer>;
  close(): Promise<void>;
}

export interface McpPlace {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/** A client that starts `qdx mcp` itself and speaks over its stdin and stdout. */
export async function mcpOverStdio(args: readonly string[], place: McpPlace): Promise<McpSession> {
  const { home, env = {}, nodeArgs = [] } = place;
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...nodeArgs, binPath, 'mcp', ...args],
    cwd: join(home, 'work'),
    env: { ...environmentOf(home), ...env },
    stderr: 'ignore',
  });
  return sessionOn(transport);
}

export interface McpHttpServer {
  readonly url: string;
  readonly token: string;
  /** All that it said on stderr. */
  talk(): string;
  session(): Promise<McpSession>;
  stop(): Promise<void>;
}

/** `qdx mcp --http` on a free port. */
export async function mcpOverHttp(args: readonly string[], { home, env = {} }: McpPlace): Promise<McpHttpServer> {
  const child = spawnQdx(['mcp', '--http', '--port', '0', ...args], { home, env });
  let talk = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      talk += String(chunk);
      const found = /serving at (http:\S+);/.exec(talk)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`qdx mcp ended with ${code}: ${talk}`)));
  });
  const token = env['QDX_MCP_TOKEN'] ?? readFileSync(join(home, 'data/qdx/mcp-token'), 'utf8').trim();
  return {
    url,
    token,
    talk: () => talk,
    session: async () => {
      const requestInit = { headers: { authorization: `Bearer ${token}` } };
      // Over stdio the older handshake, over HTTP the current revision: both are spoken.
      return sessionOn(new StreamableHTTPClientTransport(new URL(url), { requestInit }), 'auto');
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function sessionOn(
  transport: Parameters<Client['connect']>[0],
  mode: 'auto' | 'legacy' = 'legacy',
): Promise<McpSession> {
  const client = new Client({ name: 'qdx-test', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  return {
    client,
    call: async (name, input = {}) => {
      const { content, structuredContent, isError } = await client.callTool({ name, arguments: { ...input } });
      const [block] = content as { readonly type: string; readonly text?: string }[];
      return {
        isError: isError === true,
        text: block?.text ?? '',
        data: (structuredContent ?? {}) as Readonly<Record<string, unknown>>,
      };
    },
    close: async () => client.close(),
  };
}
