/**
 * What is loaded, as V8's coverage lists it: the deterministic side of the start-up time, which benchmarks/start-up measures.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

/** Names of the packages, and paths below dist, that a run loaded. */
async function loadedBy(args: readonly string[]): Promise<{ packages: string[]; own: string[] }> {
  const folder = temporaryFolder('coverage');
  await runQdx(args, { env: { NODE_V8_COVERAGE: folder } });
  const urls = readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  const matches = (pattern: RegExp) => [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].toSorted();
  return { packages: matches(/node_modules\/((?:@[^/]+\/)?[^/]+)/), own: matches(/\/dist\/(.*)/) };
}

test.for([[['--help']], [['--version']], [['gaet']]])('qdx %j loads commander alone', async ([args]) => {
  expect((await loadedBy(args ?? [])).packages).toEqual(['commander']);
});

test('qdx --help loads no command', async () => {
  const { own } = await loadedBy(['--help']);
  expect(own.filter((path) => path.startsWith('commands/'))).toEqual([
    'commands/global-options.js',
    'commands/index.js',
  ]);
  expect(own.length).toBeLessThan(30);
});
