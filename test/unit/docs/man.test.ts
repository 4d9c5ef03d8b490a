/**
 * man/qdx.1 as `man` gets it; that it is up to date is checked by scripts/generate.js --check.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commands } from '../../../src/commands/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = join(root, 'man/qdx.1');

test('the package says where it is, and carries it', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { man: string[]; files: string[] };
  expect(manifest.man.map((path) => existsSync(join(root, path)))).toEqual([true]);
  expect(manifest.files).toContain('man');
});

test('every command has its place, with examples', () => {
  const text = readFileSync(page, 'utf8').replaceAll('\\-', '-');
  const heads = [...text.matchAll(/^\.SS qdx (.*)$/gm)].map(([, head]) => head ?? '');
  const words = heads.map((head) => head.replace(/ [<[].*/, ''));
  const known = Object.entries(commands).flatMap(([name, { load, members = {} }]) => [
    ...(load ? [name] : []),
    ...Object.keys(members).map((member) => `${name} ${member}`),
  ]);
  expect(words).toEqual(known);
  expect(text.match(/^Examples:$/gm)?.length).toBe(heads.length);
});

test.skipIf(!isThere('mandoc'))('mandoc, where it is installed, has nothing to warn of', () => {
  // The date is left out on purpose: the page is the same whenever it is made.
  const findings = run('mandoc', ['-T', 'lint', '-W', 'warning', page]).split('\n');
  expect(findings.filter((line) => line !== '' && !line.includes('missing date'))).toEqual([]);
});

test.skipIf(!isThere('groff'))('groff, where it is installed, has nothing to warn of', () => {
  expect(run('groff', ['-ww', '-man', '-Tutf8', '-z', page])).toBe('');
});

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

/** What it says, on either stream, whatever it exits with. */
function run(program: string, args: readonly string[]): string {
  return execFileSync('sh', ['-c', '"$@" 2>&1 || true', 'sh', program, ...args], { encoding: 'utf8' });
}
