/**
 * Lines to be typed into a shell: it reads back what was meant.
 */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellLine, shellText } from '../../../src/lib/shell-line.ts';

const names = ['docs', 'my docs', "it's", '$HOME', '`id`', 'a"b', '*', '', 'ünï\\code', '--x=1'];

test('a shell reads the words back', () => {
  const read = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${shellLine(names)}`], { encoding: 'utf8' });
  expect(read.split('\n').slice(0, -1)).toEqual(names);
});

test('prose keeps its own signs, values are quoted', () =>
  expect(shellText`next: qdx search "..." -c ${'my docs'} or ${'docs'}`).toBe(
    `next: qdx search "..." -c 'my docs' or docs`,
  ));
