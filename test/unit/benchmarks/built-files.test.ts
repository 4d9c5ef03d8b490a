/**
 * Benchmarks and scripts load built files by their paths, which neither the compiler nor the linter follows: a file that
 * moves in src would break them silently.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const built = /['"`](?:\.\.?\/)+dist\/(?<path>[\w./-]+\.js)['"`]/g;
/** `load('models/find-model.js')`: below dist/core. */
const loaded = /\bload\(\s*['"`](?<path>[\w./-]+\.js)['"`]\s*\)/g;

/** Sources of what a text loads from dist. */
function sourcesIn(text: string): string[] {
  const of = (pattern: RegExp, folder: string) =>
    [...text.matchAll(pattern)].map((match) => `src/${folder}${match.groups?.['path']?.replace(/js$/, 'ts')}`);
  return [...of(built, ''), ...of(loaded, 'core/')];
}

const files = ['benchmarks', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
);
const loads = files.flatMap((file) =>
  sourcesIn(readFileSync(join(root, file), 'utf8')).map((source) => [file, source] as const),
);

test.each([
  ["import { a } from '../../dist/core/a-b/c.js';", ['src/core/a-b/c.ts']],
  ["const { a } = await import('../dist/lib/errors.js');", ['src/lib/errors.ts']],
  ["await load('models/find-model.js')", ['src/core/models/find-model.ts']],
  ["import { a } from './other.js';", []],
])('%s', (line, sources) => {
  expect(sourcesIn(line)).toEqual(sources);
});

describe('what benchmarks and scripts load from dist is in src', () => {
  test('they load something', () => {
    expect(loads.map(([file]) => file)).toContain('benchmarks/quality/run.js');
    expect(loads.length).toBeGreaterThan(10);
  });
  test.each(loads)('%s: %s', (_file, source) => {
    expect(existsSync(join(root, source))).toBe(true);
  });
});
