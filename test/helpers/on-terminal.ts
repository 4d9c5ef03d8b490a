/**
 * Runs a program on a real terminal, which `script` of util-linux makes; without it such tests cannot run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { environmentOf, temporaryHome } from './run-qdx.ts';

export const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
if (!hasScript) console.log('no `script` of util-linux here: the tests on a real terminal are left out');

export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Typed once the terminal shows `when`. */
  readonly input?: string;
  readonly when?: string;
  readonly home?: string;
  readonly cwd?: string;
}

export interface TerminalRun {
  /** All that the terminal received. */
  readonly shown: string;
  readonly exitCode: number | null;
}

/** `script`: a JavaScript file and its arguments. */
export async function onTerminal(script: readonly string[], options: TerminalOptions = {}): Promise<TerminalRun> {
  const { env = {}, when = '', home = temporaryHome(), cwd } = options;
  let { input = '' } = options;
  const quoted = [process.execPath, ...script].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', quoted, '/dev/null'], {
    env: { ...environmentOf(home), NO_COLOR: '', TERM: 'xterm', ...env },
    ...(cwd !== undefined && { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let shown = '';
  child.stdout.on('data', (piece: Buffer) => {
    shown += piece.toString();
    if (input !== '' && shown.includes(when)) child.stdin.write(input);
    if (input !== '' && shown.includes(when)) input = '';
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { shown, exitCode };
}

const binPath = fileURLToPath(new URL('../../bin/qdx.js', import.meta.url));

export const qdxOnTerminal = (args: readonly string[], options?: TerminalOptions): Promise<TerminalRun> =>
  onTerminal([binPath, ...args], options);
