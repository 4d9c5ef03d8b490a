/**
 * Makes the context of a command from the process: the only place where commands meet environment, folders and server.
 */
import { join } from 'node:path';
import { userFolders } from '../core/config/folders.ts';
import type { ResolvedSettings, ResolveInput } from '../core/config/resolve.ts';
import type { Connection } from '../core/qdrant/connection/connection.ts';
import { holdAtStep, holdVariable } from '../lib/hold-at-step.ts';
import { QdxError } from '../lib/errors.ts';
import { claimStdout } from '../lib/claim-stdout.ts';
import type { Output } from '../lib/output.ts';
import { packageRoot } from '../lib/package-root.ts';
import { shellLine } from '../lib/shell-line.ts';
import { createProgress, progressMode } from '../lib/progress/progress.ts';
import type { CommandContext, ServerPlace } from './command.ts';
import type { GlobalFlags } from './global-options.ts';

export interface ContextSeed {
  readonly process: NodeJS.Process;
  readonly globals: GlobalFlags;
  /** Settings that were typed as flags, by path. */
  readonly settingFlags: Readonly<Record<string, unknown>>;
  readonly format: string;
  readonly output: Output;
  readonly signal: AbortSignal;
}

export interface OwnedContext extends CommandContext {
  endProgress(): void;
  close(): Promise<void>;
}

export function createContext(seed: ContextSeed): OwnedContext {
  const { process, globals, output, signal } = seed;
  const { env: environment, stderr, stdin } = process;
  const folders = userFolders(environment, process.platform, process.cwd());
  const connections: Connection[] = [];
  const mode = progressMode({ flag: globals.progress, quiet: output.quiet, isTty: output.talkView.isTty, environment });
  const progress = createProgress(output, stderr, mode);
  const onEvent = holdAtStep(environment[holdVariable], progress.onEvent);
  const settings = createSettings(seed, folders);
  const confirm = async (question: string) => {
    if (globals.yes) return true;
    const { ask } = await import('../lib/prompt.ts');
    progress.end();
    return ask(question, { stdin, stderr, environment }, signal);
  };
  const open = async ({ connection, urlFrom }: Target): Promise<Connection> => {
    const { connect } = await import('../core/qdrant/connection/connect.ts');
    const run = { signal, onEvent };
    const named = urlFrom === undefined ? {} : { urlFrom };
    const line = await connect({ connection, dataFolder: folders.data, environment, ...run, ...named });
    connections.push(line);
    return line;
  };
  const connect = async (): Promise<Connection> => {
    const resolved = await settings();
    const { assertKeyMayTravel } = await import('../core/config/key-trust.ts');
    await assertKeyMayTravel(resolved, confirm);
    return open({ connection: resolved.settings.connection, urlFrom: resolved.origins['connection.url']?.name });
  };
  const askText = async (question: string) => {
    if (globals.yes) return null;
    const { askForText } = await import('../lib/prompt.ts');
    progress.end();
    return askForText(question, { stdin, stderr, environment }, signal);
  };
  return {
    settings,
    connect,
    connectTo: async (place) =>
      (await isSettled(place, settings)) ? connect() : open(await placedAt(place, seed, settings)),
    folders,
    environment,
    stdin,
    claimStdout: () => claimStdout(process),
    signal,
    confirm,
    commandLine: () => output.redactor.redact(shellLine(['qdx', ...process.argv.slice(2)])),
    program: [process.execPath, join(packageRoot, 'bin', 'qdx.js')],
    isYes: globals.yes === true,
    askText,
    format: seed.format,
    view: output.view,
    onEvent,
    endProgress: () => progress.end(),
    close: async () => {
      progress.end();
      for (const connection of connections) await connection.close();
    },
  };
}

interface Target {
  readonly connection: ResolvedSettings['settings']['connection'];
  readonly urlFrom: string | undefined;
}

/** The place is the server of the settings. */
async function isSettled({ url, apiKeyFile }: ServerPlace, settings: CommandContext['settings']): Promise<boolean> {
  if (apiKeyFile !== undefined) return false;
  const { url: settled } = (await settings()).settings.connection;
  return url === undefined || (settled !== undefined && bare(url) === bare(settled));
}

const bare = (url: string): string => url.replace(/\/+$/u, '');

/** @throws QdxError `usage` for a key that would go to the local server. */
async function placedAt(
  { url, apiKeyFile, flag }: ServerPlace,
  { process, output }: ContextSeed,
  settings: CommandContext['settings'],
): Promise<Target> {
  const { apiKey: _settled, url: settledUrl, ...limits } = (await settings()).settings.connection;
  const target = url ?? settledUrl;
  if (target === undefined)
    throw new QdxError('usage', `an API key file was named, and no server`, {
      hint: `add ${flag} <url>: the server that the key is for`,
    });
  if (apiKeyFile === undefined) return { connection: { ...limits, url: target }, urlFrom: flag };
  const { readKeyFile } = await import('../core/config/key-file.ts');
  const apiKey = await readKeyFile(apiKeyFile, () => readAll(process.stdin));
  output.redactor.add(apiKey);
  return { connection: { ...limits, url: target, apiKey }, urlFrom: flag };
}

/** Reads each file and stdin once, however often a command asks; warnings are said once. */
function createSettings(seed: ContextSeed, folders: CommandContext['folders']): CommandContext['settings'] {
  const { process, globals, output } = seed;
  const said = new Set<string>();
  const answers = new Map<string | undefined, Promise<ResolvedSettings>>();
  let stdinText: Promise<string> | undefined;
  const resolve = async (collection: string | undefined): Promise<ResolvedSettings> => {
    const input: ResolveInput = {
      flags: seed.settingFlags,
      environment: process.env,
      cwd: folders.cwd,
      configFolder: folders.config,
      readStdin: () => (stdinText ??= readAll(process.stdin)),
      ...(globals.config !== undefined && { configFile: globals.config }),
      ...(collection !== undefined && { collection }),
    };
    const { untouchedSettings } = await import('../core/config/untouched.ts');
    const resolved = (await untouchedSettings(input)) ?? (await resolveAll(input));
    for (const secret of resolved.secrets) output.redactor.add(secret);
    for (const warning of resolved.warnings) if (!said.has(warning)) output.warn(warning);
    for (const warning of resolved.warnings) said.add(warning);
    return resolved;
  };
  return (collection) => {
    const answer = answers.get(collection) ?? resolve(collection);
    answers.set(collection, answer);
    return answer;
  };
}

async function resolveAll(input: ResolveInput): Promise<ResolvedSettings> {
  const { resolveSettings } = await import('../core/config/resolve.ts');
  return resolveSettings(input);
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('utf8');
}
