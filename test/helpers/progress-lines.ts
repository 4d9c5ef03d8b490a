/**
 * What a run with `--progress json` wrote to stderr, held against docs/exit-codes.md: JSON objects alone, each of a documented type.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const page = readFileSync(fileURLToPath(new URL('../../docs/exit-codes.md', import.meta.url)), 'utf8');
const table = page.slice(page.indexOf('## Progress for programs')).match(/^\| `.*$/gm) ?? [];
/** Of the first column of the table. */
const documented = table.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, type]) => type));

/** The types that came; fails where a line is anything else. */
export function progressTypes(stderr: string): readonly string[] {
  const lines = stderr.split('\n').filter((line) => line !== '');
  const types = lines.map((line) => (JSON.parse(line) as { messageType: string }).messageType);
  expect(types.filter((type) => !documented.includes(type))).toEqual([]);
  return [...new Set(types)].toSorted();
}
