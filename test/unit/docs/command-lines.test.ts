/**
 * Every command shows examples in its help, and every command line of qdx, there and in the pages' blocks of shell, is one that
 * qdx would take: its command, flags and words.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { CommandEntry } from '../../../src/commands/command.ts';
import { commands } from '../../../src/commands/index.ts';
import { problemOf, qdxCommands } from '../../helpers/command-lines.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pages = ['README.md', ...markdownIn('docs'), ...markdownIn('examples')];

/** Every command that can be run, by its words. */
function runnable(
  entries: Readonly<Record<string, CommandEntry>>,
  above: readonly string[] = [],
): [string, CommandEntry][] {
  return Object.entries(entries).flatMap(([name, entry]) => [
    ...(entry.load ? [[[...above, name].join(' '), entry] as [string, CommandEntry]] : []),
    ...runnable(entry.members ?? {}, [...above, name]),
  ]);
}

describe('examples in --help', () => {
  test.each(runnable(commands))('qdx %s', async (name, entry) => {
    const { examples = [] } = (await entry.load?.()) ?? {};
    expect(examples.length).toBeGreaterThan(0);
    const lines = examples.flatMap(qdxCommands);
    expect(lines.length).toBeGreaterThanOrEqual(examples.length);
    expect(lines.some((words) => words.join(' ').startsWith(name))).toBe(true);
    const problems = await Promise.all(lines.map(async (words) => [words.join(' '), await problemOf(words)]));
    expect(problems.filter(([, problem]) => problem !== null)).toEqual([]);
  });
});

test.each<[string, string[][]]>([
  ['qdx search "open a file" -c docs', [['search', 'open a file', '-c', 'docs']]],
  ["qdx embed . --include '*.md' > out.txt", [['embed', '.', '--include', '*.md']]],
  ['source <(qdx completion bash)', [['completion', 'bash']]],
  [
    'qdx search x --format jsonl | qdx rerank --query "x"  # best first',
    [
      ['search', 'x', '--format', 'jsonl'],
      ['rerank', '--query', 'x'],
    ],
  ],
  ['cd qdx && npm test', []],
])('%j', (line, found) => {
  expect(qdxCommands(line)).toEqual(found);
});

test.each<[string[], string | null]>([
  [['search', 'x', '-c', 'docs'], null],
  [['search', 'x', '--mdoe', 'dense'], "error: unknown option '--mdoe'\n(Did you mean --mode?)"],
  [['search', 'x', '--mode', 'dens'], '--mode: expected one of hybrid, dense, lexical, got "dens"'],
  [['serach', 'x'], "error: unknown command 'serach'\n(Did you mean search?)"],
])('%j: %s', async (words, problem) => {
  expect(await problemOf(words)).toBe(problem);
});

test.each(pages)('the commands of %s', async (page) => {
  const lines = shellLines(readFileSync(join(root, page), 'utf8'));
  const problems: string[] = [];
  for (const words of lines.flatMap(qdxCommands)) {
    const problem = await problemOf(words);
    if (problem !== null) problems.push(`qdx ${words.join(' ')}: ${problem}`);
  }
  expect(problems).toEqual([]);
});

/** Lines of blocks marked `sh`, those that end with a backslash joined with the next. */
function shellLines(text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? '');
  return blocks.flatMap((block) => block.replaceAll(/\\\n/g, ' ').split('\n'));
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
