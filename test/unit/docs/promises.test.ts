/**
 * The page of promises names tests for each fault: they have to be there, and to carry its number in a title. What README says
 * of kills is what a kept run counted.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';

const page = readFileSync('docs/promises.md', 'utf8');
const rows = page.split('\n').filter((line) => /^\| F\d/u.test(line));

/** Of the cell: the first path of a kind names its folder, the next ones may leave it out. */
function filesOf(cell: string): string[] {
  let folder = '';
  return [...cell.matchAll(/`((?:[a-z0-9-]+\/)*[a-z0-9-]+)`/gu)].flatMap(([, path = '']) => {
    if (/^(?:benchmarks)\//u.test(path) || /^--|_/u.test(path)) return [];
    if (/^(?:e2e|unit|cli)\//u.test(path)) folder = dirname(path);
    return [`test/${path.includes('/') ? path : `${folder}/${path}`}.test.ts`];
  });
}

/** Titles of tests, and of cases in their tables. */
const titlesOf = (file: string): string =>
  [...readFileSync(file, 'utf8').matchAll(/(["'`])F\d.*?\1|(["'`]).*?\bF\d.*?\2/gu)].join('\n');

describe('promises.md', () => {
  test('has every fault that a transfer has to survive', () => {
    const numbers = rows.flatMap((row) => row.split('|')[1]?.match(/\d+/gu) ?? []).map(Number);
    const wanted = [...Array.from({ length: 21 }, (_, index) => index + 1), 25, 26, 27, 28, 29, 45];
    expect(numbers).toEqual(wanted);
  });

  test.each(rows.map((row) => [row.split('|')[1]?.trim() ?? '', row] as const))('%s', (faults, row) => {
    const files = filesOf(row.split('|')[3] ?? '');
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(existsSync(file), `${file} is named, and not there`).toBe(true);
      const missing = faults.split(', ').filter((fault) => !new RegExp(`\\b${fault}\\b`, 'u').test(titlesOf(file)));
      expect(missing, `in ${file}`).toEqual([]);
    }
  });

  test('names no file that is not there', () => {
    const named = [...page.matchAll(/`(test\/[\w./-]+\.ts|benchmarks\/[\w-]+)`/gu)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });
});

test('README tells of as many kills as a kept run of all commands counted, with every bar met', () => {
  const runs = readdirSync('benchmarks/kill/runs').map(
    (name) => JSON.parse(readFileSync(`benchmarks/kill/runs/${name}`, 'utf8')) as KillRun,
  );
  const whole = runs.filter(({ counts, rounds, bars }) => {
    const isOfAll = ['backup', 'restore', 'migrate', 'force'].every((command) => command in counts);
    return isOfAll && rounds.length > 0 && bars.every(({ isMet }) => isMet);
  });
  const [, told] = /Killed ([\d,]+) times/u.exec(readFileSync('README.md', 'utf8')) ?? [];
  expect(whole.map(({ killed }) => killed.toLocaleString('en'))).toContain(told);
});

interface KillRun {
  readonly killed: number;
  readonly counts: Readonly<Record<string, unknown>>;
  readonly rounds: readonly unknown[];
  readonly bars: readonly { readonly isMet: boolean }[];
}
