/**
 * Runs the spine of qdx with the commands of probe.js, as users run qdx.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentOf, temporaryHome } from '../../helpers/run-qdx.ts';

export const probePath = fileURLToPath(new URL('probe.js', import.meta.url));

export interface ProbeOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface ProbeRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

export function spawnProbe(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const home = temporaryHome();
  return spawn(process.execPath, [probePath, ...args], {
    cwd: join(home, 'work'),
    env: { ...environmentOf(home), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

export async function runProbe(args: readonly string[], { env, input = '' }: ProbeOptions = {}): Promise<ProbeRun> {
  const child = spawnProbe(args, env);
  child.stdin?.on('error', () => {}); // the child may end without reading its input
  child.stdin?.end(input);
  const output = collect(child);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { stdout: output.stdout(), stderr: output.stderr(), exitCode };
}

export function collect(child: ChildProcess) {
  const pieces = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (piece: Buffer) => pieces.stdout.push(piece));
  child.stderr?.on('data', (piece: Buffer) => pieces.stderr.push(piece));
  return {
    stdout: () => Buffer.concat(pieces.stdout).toString(),
    stderr: () => Buffer.concat(pieces.stderr).toString(),
  };
}

/** Resolves when stderr says it. */
export const saysOnStderr = (child: ChildProcess, text: string): Promise<void> =>
  new Promise((resolve) => {
    let seen = '';
    child.stderr?.on('data', (piece: Buffer) => {
      seen += piece.toString();
      if (seen.includes(text)) resolve();
    });
  });
