/**
 * The guides: every command of their blocks marked `sh` runs, in order, as somebody would who follows them.
 */
import { execa } from 'execa';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { qdrantBinary } from '../../helpers/qdrant.ts';
import { environmentOf, homeWithKnownVectors } from '../../helpers/run-qdx.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe.each(['qdrant_usage', 'query_optimization'])('docs/%s.md', (guide) => {
  const home = homeWithKnownVectors();
  const bin = join(home, 'bin');
  const env: Record<string, string> = { ...environmentOf(home), QDX_QDRANT_BIN: qdrantBinary() };
  mkdirSync(bin);
  writeFileSync(join(bin, 'qdx'), `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin/qdx.js')}" "$@"\n`, {
    mode: 0o755,
  });
  cpSync(join(root, 'fixtures/demo'), join(home, 'work/notes'), { recursive: true });
  const shell = {
    cwd: join(home, 'work'),
    env: { ...env, PATH: `${bin}${delimiter}${env['PATH'] ?? ''}` },
    extendEnv: false,
    reject: false,
  } as const;

  const commands = commandsOf(readFileSync(join(root, 'docs', `${guide}.md`), 'utf8'));
  test('has commands', () => expect(commands.length).toBeGreaterThan(3));

  test.sequential.each(commands)('%s', async (command) => {
    const { exitCode, stderr, stdout } = await execa('bash', ['-c', command], shell);
    expect({ exitCode, said: exitCode === 0 ? '' : `${stdout}\n${stderr}` }).toEqual({ exitCode: 0, said: '' });
  });
});

/** Lines of blocks marked `sh`; one that ends with a backslash goes on. */
function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block ?? '');
  return blocks
    .join('')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/u, '').trim())
    .filter((line) => line !== '');
}
