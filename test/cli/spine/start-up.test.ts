/**
 * What is loaded, as V8's coverage lists it: the deterministic side of the start-up time, which benchmarks/cold-start measures.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

/** Names of the packages, and of the files of the bundled program, that a run loaded. */
async function loadedBy(args: readonly string[]): Promise<{ packages: string[]; own: string[] }> {
  const folder = temporaryFolder('coverage');
  await runQdx(args, { env: { NODE_V8_COVERAGE: folder } });
  const urls = readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  const matches = (pattern: RegExp) => [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].toSorted();
  return { packages: matches(/node_modules\/((?:@[^/]+\/)?[^/]+)/), own: matches(/\/dist\/program\/(.*)/) };
}

/** The spine, commander (esm.cjs), the list of commands, and what errors and help look like. */
const spine = ['cli.cjs', 'errors.cjs', 'esm.cjs', 'folders.cjs', 'json.cjs', 'rolldown-runtime.cjs'];
const look = ['setting-options.cjs', 'style.cjs', 'table.cjs', 'terminal.cjs', 'version.cjs'];

test.for([[['--help']], [['--version']], [['gaet']]])('qdx %j loads commander and no command', async ([args]) => {
  expect(await loadedBy(args ?? [])).toEqual({ packages: [], own: [...spine, ...look] });
});

test('compiled code is kept for the next start, and nothing depends on it', async () => {
  const home = temporaryHome();
  const caches = temporaryFolder('cache');
  const folder = join(caches, 'qdx', 'compiled');
  const env = { XDG_CACHE_HOME: caches };
  const first = await runQdx(['--help'], { home, env });
  expect(readdirSync(folder)).not.toEqual([]);
  expect(await runQdx(['--help'], { home, env })).toEqual(first);
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (file.isFile()) writeFileSync(join(file.parentPath, file.name), 'not what V8 compiled\n'.repeat(9));
  expect(await runQdx(['--help'], { home, env })).toEqual(first);
  writeFileSync(join(home, 'file'), '');
  const elsewhere = await runQdx(['--help'], { home, env: { XDG_CACHE_HOME: join(home, 'file') } });
  expect(elsewhere).toEqual(first);
});
