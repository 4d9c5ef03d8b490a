/** `npm run demo`, without its build: two commands after `npm ci` somebody has searched real documents. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { environmentOf, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('the demo embeds, searches three times with file and line as README shows it, and says what to type next', async () => {
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
    // A model of 8-bit weights does not give the same on every processor: scores by and large, near ones in any order.
    const found = hitsOf(searches[1] ?? '');
    for (const [hit, score] of hitsOf(shownInReadme())) {
      expect([...found.keys()]).toContain(hit);
      expect(found.get(hit)).toBeCloseTo(score, 1);
    }
    for (const next of [/npx qdx search "/, /npx qdx embed/, /npx qdx stats demo/, /npx qdx server stop/])
      expect(searches.at(-1)).toMatch(next);
    expect((await runQdx(['stats', 'demo', '--json'], { home })).exitCode).toBe(0);
  } finally {
    const stopped = await runQdx(['server', 'stop'], { home });
    expect(stopped.exitCode).toBe(0);
  }
});

/** Of the demo's second search, what README shows. */
function shownInReadme(): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, shown] = /^\$ qdx search (.*?)\n```/ms.exec(readme) ?? [];
  if (shown === undefined) throw new Error('README shows no search');
  return shown;
}

/** Each hit as it is printed, without rank and score, and its score. */
function hitsOf(search: string): Map<string, number> {
  const hits = search.matchAll(/^\d+\. (\S+) {2}(\d\.\d{3})(.*(?:\n.+)*)/gm);
  return new Map([...hits].map(([, place, score, rest]) => [`${place}${rest}`, Number(score)]));
}
