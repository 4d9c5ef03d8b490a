/**
 * `qdx mcp`: search for agents, over the Model Context Protocol; one warm process with its models open.
 */
import type { Writable } from 'node:stream';
import type { RunOptions } from '../../lib/events.ts';
import { type BackendParams, createBackend } from './backend.ts';
import { createCallTool } from './call-tool.ts';
import { createRateLimit } from './http/rate-limit.ts';
import { serveHttp } from './http/serve-http.ts';
import { keptToken } from './http/token.ts';
import { serveStdio } from './serve-stdio.ts';
import type { McpParams } from './server.ts';
import { toolsOf } from './tools.ts';
import { startWarmUp } from './warm-up.ts';

export interface ServeMcpParams extends BackendParams {
  readonly version: string;
  readonly transport: StdioPlace | HttpPlace;
}

interface StdioPlace {
  readonly kind: 'stdio';
  readonly input: NodeJS.ReadableStream;
  /** Nothing but the protocol may be written to it. */
  readonly output: Writable;
}

interface HttpPlace {
  readonly kind: 'http';
  /** On the loopback; 0: any that is free. */
  readonly port: number;
  readonly callsPerMinute: number;
  /** Absent: the one that is kept at `tokenPath`, made if need be. */
  readonly token?: string;
  readonly tokenPath: string;
}

/** Serves until the input ends (stdio) or the signal comes. @throws QdxError `usage` for a port that is taken. */
export async function serveMcp({ version, transport, ...params }: ServeMcpParams, run: RunOptions = {}): Promise<void> {
  const backend = createBackend(params, run);
  const served: McpParams = { tools: toolsOf(params), callTool: createCallTool(backend), version };
  const warmUp = startWarmUp(backend, run);
  try {
    if (transport.kind === 'stdio') await serveStdio(served, transport, run);
    else await overLoopback(served, transport, run);
  } finally {
    await warmUp.stop();
    await backend.close();
  }
}

async function overLoopback(
  served: McpParams,
  { port, token, tokenPath, callsPerMinute }: HttpPlace,
  run: RunOptions,
): Promise<void> {
  const guard = { token: token ?? (await keptToken(tokenPath)), rateLimit: createRateLimit(callsPerMinute) };
  const from = token === undefined ? `in ${tokenPath}` : 'of your settings';
  const onListening = (url: string) =>
    run.onEvent?.({ type: 'note', message: `serving at ${url}; clients send the token ${from}; Ctrl-C ends it` });
  await serveHttp({ ...served, port, guard, onListening }, run);
}
