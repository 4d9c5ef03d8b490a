/**
 * The command lines of examples/github-actions, run as the workflow would: on a real server, in a repository of their own.
 */
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { environmentOf, homeWithKnownVectors } from '../../helpers/run-qdx.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const workflow = readFileSync(join(root, 'examples/github-actions/search-quality.yml'), 'utf8');
/** All but the one that installs what is tested here. */
const steps = [...workflow.matchAll(/^\s+run: (qdx .*)$/gm)].map(([, line]) => line ?? '');
/** What the head of the file says is done once, by hand. */
const preparation = [...workflow.matchAll(/^#\s+(qdx .*)$/gm)].map(([, line]) => line ?? '');

let server: RunningQdrant;
const home = homeWithKnownVectors();
const folder = join(home, 'work');
const summary = join(home, 'summary.md');

beforeAll(async () => {
  server = await startQdrant();
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin', 'qdx'), `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin/qdx.js')}" "$@"\n`);
  chmodSync(join(home, 'bin', 'qdx'), 0o755);
  for (const name of ['guides', 'operations'])
    cpSync(join(root, 'fixtures/demo', name), join(folder, 'docs', name), { recursive: true });
  const judged = readFileSync(join(root, 'fixtures/demo-queries/queries.jsonl'), 'utf8').trimEnd().split('\n');
  mkdirSync(join(folder, 'search'));
  writeFileSync(join(folder, 'search/queries.jsonl'), judged.filter(isAnsweredThere).join('\n'));
});
afterAll(() => server.stop());

/** Two of the folders are enough for a fall that is no chance, and are embedded in half the time. */
const isAnsweredThere = (line: string): boolean =>
  (JSON.parse(line) as { answers: { path: string }[] }).answers.every(({ path }) =>
    /^(guides|operations)\//.test(path),
  );

async function typed(line: string): Promise<{ exitCode: number; shown: string }> {
  const own = environmentOf(home);
  const env = {
    ...own,
    PATH: `${join(home, 'bin')}:${own['PATH']}`,
    QDRANT_URL: server.url,
    GITHUB_STEP_SUMMARY: summary,
    CI: 'true',
  };
  return promisify(execFile)('bash', ['-e', '-c', line], { cwd: folder, env }).then(
    ({ stdout, stderr }) => ({ exitCode: 0, shown: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      exitCode: error.code,
      shown: error.stdout + error.stderr,
    }),
  );
}

test('every line passes where search is as good as it was, and the gate stops where it is worse', async () => {
  expect([preparation.length, steps.length]).toEqual([2, 3]);
  for (const line of [...preparation, ...steps]) expect(await typed(line)).toMatchObject({ exitCode: 0 });
  for (const name of readdirSync(join(folder, 'docs/guides')))
    writeFileSync(join(folder, 'docs/guides', name), '# Elsewhere now\n');
  const [, embed = '', gate = ''] = steps;
  expect(await typed(embed)).toMatchObject({ exitCode: 0 });
  expect(await typed(gate)).toMatchObject({ exitCode: 9 });
});
