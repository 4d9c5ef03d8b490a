/**
 * The server on two streams, for a client that started this process. It ends with the input; what was asked before that is
 * answered first.
 */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { serveStdio as serve, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { PassThrough, type Writable } from 'node:stream';
import type { RunOptions } from '../../lib/events.ts';
import { createMcpServer, type McpParams } from './server.ts';

export interface StdioStreams {
  readonly input: NodeJS.ReadableStream;
  /** Nothing but the protocol may be written to it. */
  readonly output: Writable;
}

/** One message; a larger one ends the connection, since nothing behind it could be told apart. */
const maxMessageBytes = 32 * 1024 * 1024;

export async function serveStdio(params: McpParams, { input, output }: StdioStreams, run: RunOptions): Promise<void> {
  const lines = new PassThrough();
  input.pipe(lines, { end: false });
  const wire = watchRequests(new StdioServerTransport(lines, output, { maxBufferSize: maxMessageBytes }));
  const closed = new Promise<void>((resolve) => wire.whenClosed(resolve));
  const onerror = ({ message }: Error) => run.onEvent?.({ type: 'trace', message: `mcp: ${message}` });
  const handle = serve(() => createMcpServer(params, run), { transport: wire.transport, onerror });
  const end = () => void wire.answered().then(async () => handle.close());
  input.once('end', end).once('close', end);
  run.signal?.addEventListener('abort', () => void handle.close(), { once: true });
  await closed;
  input.unpipe(lines);
}

interface WatchedTransport {
  readonly transport: Transport;
  /** Resolves once nothing that was read is without its answer. */
  answered(): Promise<void>;
  whenClosed(listener: () => void): void;
}

/** The same transport, with an eye on which requests are unanswered. */
function watchRequests(wire: StdioServerTransport): WatchedTransport {
  const open = new Set<unknown>();
  const waiting: (() => void)[] = [];
  const closed: (() => void)[] = [];
  const settle = (id: unknown) => {
    open.delete(id);
    if (open.size === 0) for (const resolve of waiting.splice(0)) resolve();
  };
  const transport: Transport = {
    start: async () => {
      Object.assign(wire, {
        onmessage: (message: JSONRPCMessage) => {
          note(message, open, settle);
          transport.onmessage?.(message);
        },
        onerror: (error: Error) => transport.onerror?.(error),
        onclose: () => {
          for (const listener of closed) listener();
          transport.onclose?.();
        },
      });
      await wire.start();
    },
    send: async (message) => {
      await wire.send(message);
      if ('id' in message && !('method' in message)) settle(message.id);
    },
    close: async () => wire.close(),
  };
  return {
    transport,
    answered: async () => {
      // What was read last is handed over before this.
      await new Promise((resolve) => setImmediate(resolve));
      if (open.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    whenClosed: (listener) => closed.push(listener),
  };
}

function note(message: JSONRPCMessage, open: Set<unknown>, settle: (id: unknown) => void): void {
  if (!('method' in message)) return;
  if ('id' in message) open.add(message.id);
  else if (message.method === 'notifications/cancelled') settle(message.params?.['requestId']);
}
