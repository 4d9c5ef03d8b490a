/**
 * `qdx mcp`: a server of the Model Context Protocol, on stdin and stdout or over HTTP.
 */
import { join } from 'node:path';
import type { ServeMcpParams } from '../core/mcp/serve-mcp.ts';
import { QdxError } from '../lib/errors.ts';
import { version } from '../version.ts';
import type { CommandContext, CommandModule } from './command.ts';
import { backendParams, defineServed } from './mcp/flags.ts';
import { addEndpointOptions } from './model-places.ts';
import { addSettingOptions } from './setting-options.ts';

export const mcp: CommandModule = {
  examples: [
    'qdx mcp',
    'qdx mcp -c docs -c code',
    'qdx mcp -c notes --allow-write',
    'qdx mcp --http --port 7733',
    'qdx mcp config claude-code -c docs',
  ],
  define: (command) => {
    defineServed(command);
    addSettingOptions(command, ['mcp.maxResults', 'mcp.contentChars', 'embed.model']);
    command.option('--http', 'Serve HTTP on the loopback instead of stdin and stdout');
    addSettingOptions(command, ['mcp.port', 'mcp.callsPerMinute'], 'HTTP:');
    addEndpointOptions(command, 'query');
  },
  run: async ({ flags }, context) => {
    // First of all: from here on nothing can write between the messages.
    const transport = flags['http'] === true ? await httpPlace(context) : stdioPlace(context);
    if (transport.kind === 'stdio') await assertNoHttpFlags(context);
    // Its library is large, and config and help need none of it.
    const { serveMcp } = await import('../core/mcp/serve-mcp.ts');
    await serveMcp({ ...(await backendParams(flags, context)), transport, version }, context);
    // A result would be a line that no client asked for.
    return { lines: noLines() };
  },
};

/** @throws QdxError `usage` for flags of a server that is not asked for: a client would wait for it on that port. */
async function assertNoHttpFlags(context: CommandContext): Promise<void> {
  const { origins } = await context.settings();
  const typed = [origins['mcp.port'], origins['mcp.callsPerMinute']].find((origin) => origin?.kind === 'flag');
  if (typed) throw new QdxError('usage', `${typed.name} belongs to --http`, { hint: `qdx mcp --http ${typed.name} …` });
}

const stdioPlace = (context: CommandContext): ServeMcpParams['transport'] => ({
  kind: 'stdio',
  input: context.stdin,
  output: context.claimStdout(),
});

async function httpPlace(context: CommandContext): Promise<ServeMcpParams['transport']> {
  const { port, callsPerMinute, token } = (await context.settings()).settings.mcp;
  const place = { kind: 'http', port, callsPerMinute, tokenPath: join(context.folders.data, 'mcp-token') } as const;
  return { ...place, ...(token !== undefined && { token }) };
}

async function* noLines(): AsyncGenerator<string> {}
