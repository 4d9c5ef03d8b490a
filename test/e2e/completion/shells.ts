/**
 * Real shells that complete a line by the script of `qdx completion`: each returns what it would offer.
 */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environmentOf, temporaryHome } from '../../helpers/run-qdx.ts';

const run = promisify(execFile);
const binPath = fileURLToPath(new URL('../../../bin/qdx.js', import.meta.url));
const zshDriver = fileURLToPath(new URL('complete.zsh', import.meta.url));

export interface Shells {
  /** Where lines are typed: `<home>/work`. */
  readonly folder: string;
  readonly bash: (...words: string[]) => Promise<string[]>;
  readonly fish: (line: string) => Promise<string[]>;
  /** Each line as it stands after one TAB. */
  readonly zsh: (...lines: string[]) => Promise<string[]>;
  /** What the scripts ask. */
  readonly ask: (...words: string[]) => Promise<string[]>;
}

/** @param env Of the person who types. */
export function shellsWith(env: Readonly<Record<string, string>>): Shells {
  const home = temporaryHome();
  const folder = join(home, 'work');
  const path = join(home, 'bin');
  mkdirSync(path);
  writeFileSync(join(path, 'qdx'), `#!/bin/sh\nexec "${process.execPath}" "${binPath}" "$@"\n`);
  chmodSync(join(path, 'qdx'), 0o755);
  const own = environmentOf(home);
  const options = { cwd: folder, env: { ...own, TERM: 'xterm', ...env, PATH: `${path}:${own['PATH']}` } };
  const lines = async (command: string, args: readonly string[]) =>
    (await run(command, args, options)).stdout.split('\n').filter((line) => line !== '');
  return {
    folder,
    bash: (...words) => lines('bash', ['-c', bashDriver, '_', 'qdx', ...words]),
    fish: (line) => lines('fish', ['--no-config', '-c', 'qdx completion fish | source; complete -C $argv[1]', line]),
    zsh: (...typed) => lines('zsh', ['-f', zshDriver, ...typed]),
    ask: (...words) => lines('qdx', ['__complete', 'zsh', String(words.length - 1), ...words]),
  };
}

export const isThere = (shell: string): boolean => {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** As bash calls it: the words in COMP_WORDS, the cursor in the last one. */
const bashDriver = `source <(qdx completion bash)
complete -p qdx >/dev/null || exit 1
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_qdx qdx
printf '%s\\n' "\${COMPREPLY[@]}"`;
