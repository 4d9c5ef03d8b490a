/**
 * Makes the context of a command from the process: the only place where commands meet environment, folders and server.
 */
import type { ResolvedSettings } from '../core/config/resolve.ts';
import type { QdxEvent } from '../lib/events.ts';
import type { Output } from '../lib/output.ts';
import type { CommandContext } from './command.ts';
import type { GlobalFlags } from './global-options.ts';
import { userFolders } from '../core/config/folders.ts';

export interface ContextSeed {
  readonly process: NodeJS.Process;
  readonly globals: GlobalFlags;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly output: Output;
  readonly signal: AbortSignal;
}

export function createContext(seed: ContextSeed): CommandContext & { close(): Promise<void> } {
  const { process, globals, output, signal } = seed;
  const folders = userFolders(process.env, process.platform, process.cwd());
  const closers: (() => Promise<void>)[] = [];
  const settings = async (collection?: string): Promise<ResolvedSettings> => {
    const { resolveSettings } = await import('../core/config/resolve.ts');
    const resolved = await resolveSettings({
      flags: { ...seed.flags, ...globals },
      environment: process.env,
      cwd: folders.cwd,
      configFolder: folders.config,
      ...(typeof globals.config === 'string' && { configFile: globals.config }),
      ...(collection !== undefined && { collection }),
    });
    output.redactor.add(resolved.settings.connection.apiKey);
    return resolved;
  };
  return {
    settings,
    connect: async () => {
      const {
        settings: { connection },
      } = await settings();
      const { connect } = await import('../core/qdrant/connect.ts');
      const line = await connect({
        connection,
        dataFolder: folders.data,
        environment: process.env,
        signal,
        onEvent: announce(output),
      });
      closers.push(() => line.close());
      return line;
    },
    folders,
    environment: process.env,
    stdin: process.stdin,
    signal,
    onEvent: announce(output),
    confirm: async () => globals.yes === true,
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

function announce(output: Output): (event: QdxEvent) => void {
  return (event) => {
    if (event.type === 'warning') output.warn(event.message);
    if (event.type === 'note') output.note(event.message);
    if (event.type === 'trace') output.trace(event.message);
  };
}
