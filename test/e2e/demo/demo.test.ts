/** `npm run demo`, without its build: two commands after `npm ci` somebody has searched real documents. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { environmentOf, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('the demo embeds, searches three times with file and line, and says what to type next', async () => {
  const home = temporaryHome();
  try {
    const { stdout, stderr, exitCode } = await execa(process.execPath, ['scripts/demo.js'], {
      cwd: root,
      env: environmentOf(home),
      extendEnv: false,
      reject: false,
    });
    expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
    expect(stderr).toMatch(/embedding/);
    const [embedding = '', ...searches] = stdout.split('\n$ qdx search ');
    expect(embedding).toMatch(/^\n?\$ qdx embed --collection demo/);
    expect(searches).toHaveLength(3);
    for (const search of searches) expect(search.match(/^.*\S:\d+-\d+\b/gm)).toHaveLength(3);
    for (const next of [/npx qdx search "/, /npx qdx embed/, /npx qdx stats demo/, /npx qdx server stop/])
      expect(searches.at(-1)).toMatch(next);
    expect((await runQdx(['stats', 'demo', '--json'], { home })).exitCode).toBe(0);
  } finally {
    const stopped = await runQdx(['server', 'stop'], { home });
    expect(stopped.exitCode).toBe(0);
  }
});
