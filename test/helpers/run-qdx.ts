/**
 * Runs the built `qdx` as a user would, in a home of its own with a nearly empty environment.
 *
 * `npm run build` first: it is dist that runs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { temporaryFolder, temporaryRoot } from './temporary.ts';

const binPath = fileURLToPath(new URL('../../bin/qdx.js', import.meta.url));

export interface RunQdxOptions {
  readonly cwd?: string;
  /** Added to, and winning over, the nearly empty environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for stdin; absent: an empty stdin. */
  readonly input?: string;
  /** A home of `temporaryHome()` to share between runs; absent: a fresh one. */
  readonly home?: string;
  /** Sends this signal once stderr or stdout matches `killWhen`. */
  readonly killSignal?: NodeJS.Signals;
  readonly killWhen?: RegExp;
  /** Called once, with the running process, when stderr or stdout matches. */
  readonly when?: { readonly says: RegExp; readonly run: (child: ChildProcess) => void };
  readonly nodeArgs?: readonly string[];
  /** Runs as this user: root may read and write everything. */
  readonly uid?: number;
}

export interface QdxRun {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + signal number where a signal ended it. */
  readonly exitCode: number;
  readonly home: string;
}

/** A folder with everything that a user's home needs, what start-up keeps for the next start included; servers started from it are killed by the global teardown. */
export function temporaryHome(): string {
  const home = temporaryFolder('home');
  mkdirSync(join(home, 'work'));
  for (const name of ['compiled', 'mapped-models']) shareInCache(home, name);
  return home;
}

/** A home that has every vector that another one of these has embedded: for tests of what is done with a collection. */
export function homeWithKnownVectors(): string {
  const home = temporaryHome();
  shareInCache(home, 'vectors');
  return home;
}

/** One folder of the cache for all homes of this run of the tests: it would be the same in each. */
function shareInCache(home: string, name: string): void {
  const shared = join(temporaryRoot(), 'shared-cache', name);
  mkdirSync(shared, { recursive: true });
  mkdirSync(join(home, 'cache', 'qdx'), { recursive: true });
  symlinkSync(shared, join(home, 'cache', 'qdx', name));
}

/** The environment of a run: PATH and folders below `home`, no colour, nothing else. */
export function environmentOf(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_DATA_HOME: join(home, 'data'),
    TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    NO_COLOR: '1',
  };
}

export function spawnQdx(args: readonly string[], options: RunQdxOptions & { readonly home: string }): ChildProcess {
  const merged = { ...environmentOf(options.home), ...options.env };
  const env = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  return spawn(process.execPath, [...(options.nodeArgs ?? []), binPath, ...args], {
    cwd: options.cwd ?? join(options.home, 'work'),
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
}

export async function runQdx(args: readonly string[], options: RunQdxOptions = {}): Promise<QdxRun> {
  const home = options.home ?? temporaryHome();
  const child = spawnQdx(args, { ...options, home });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const { killSignal, killWhen, when } = options;
  let isKilled = false;
  let isCalled = false;
  const watch = (chunks: Buffer[]) => (chunk: Buffer) => {
    chunks.push(chunk);
    if (when && !isCalled && when.says.test(Buffer.concat(chunks).toString())) {
      isCalled = true;
      when.run(child);
    }
    // Once: a second signal means "at once".
    if (isKilled || !killSignal || !killWhen?.test(Buffer.concat(chunks).toString())) return;
    isKilled = true;
    child.kill(killSignal);
  };
  child.stdout?.on('data', watch(stdout));
  child.stderr?.on('data', watch(stderr));
  child.stdin?.on('error', () => {}); // the child may end without reading its input
  child.stdin?.end(options.input ?? '');
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return {
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
    exitCode: code ?? 128 + signalNumber(signal),
    home,
  };
}

const signalNumber = (signal: NodeJS.Signals | null): number =>
  ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 })[signal as string] ?? 0;
