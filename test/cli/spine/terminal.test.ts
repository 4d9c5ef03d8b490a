/**
 * On a real terminal, and where there is none.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { hasScript, onTerminal as runOnTerminal, type TerminalOptions } from '../../helpers/on-terminal.ts';
import { environmentOf, temporaryHome } from '../../helpers/run-qdx.ts';
import { actingCharacters, hostileTexts } from '../../unit/lib/hostile.ts';
import { probePath, runProbe } from './run-probe.ts';

const onTerminal = (args: readonly string[], options: TerminalOptions = {}) =>
  runOnTerminal([probePath, ...args], options);

describe.skipIf(!hasScript)('on a terminal', () => {
  test.for<[string, number, string]>([
    ['y\n', 0, '{"answer":"yes"}'],
    ['yes\n', 0, '{"answer":"yes"}'],
    ['n\n', 8, 'error: nothing was deleted'],
    ['\n', 8, 'error: nothing was deleted'],
    ['yikes\n', 8, 'error: nothing was deleted'],
    ['\u0003', 130, 'error: stopped by SIGINT'],
    ['\u0004', 8, 'error: nothing was deleted'],
  ])('a question answered with %j: %i', async ([input, exitCode, text]) => {
    const run = await onTerminal(['ask'], { when: '[y/N]', input });
    expect(run.shown).toContain('delete everything? [y/N] ');
    expect(run.shown).toContain(text);
    expect(run.exitCode).toBe(exitCode);
  });

  test('F39: in CI nothing is asked', async () => {
    const run = await onTerminal(['ask'], { env: { CI: 'true' } });
    expect(run.exitCode).toBe(2);
    expect(run.shown).not.toContain('[y/N]');
  });

  test('the bar is drawn, steps aside, and is gone at the end', async () => {
    const { shown } = await onTerminal(['progress', '60']);
    expect(shown).toMatch(/\r\[=* *\] embedding: \d+ of 60 chunks/);
    expect(shown).toContain('\r\u001B[2Kwarning: look here\r\n');
    // oxlint-disable-next-line eslint/no-control-regex -- what takes the bar away
    expect(shown).toMatch(/\u001B\[2Kembedding: 60 chunks in .*\r\n\{"done":true\}\r\n$/);
  });

  test.for<[string, string[], Record<string, string>]>([
    ['--quiet', ['--quiet'], {}],
    ['CI', [], { CI: '1' }],
    ['TERM=dumb', [], { TERM: 'dumb' }],
  ])('F39: no bar with %s', async ([, args, env]) => {
    expect((await onTerminal(['progress', '5', ...args], { env })).shown).not.toContain('\u001B');
  });

  test.for(hostileTexts.filter(([, text]) => !text.includes('\u0000')))('F37: %s is inert', async ([, text]) => {
    const { shown } = await onTerminal(['echo', `<${text}>`, '--verbose']);
    expect(shown.replaceAll('\r\n', '\n')).not.toMatch(actingCharacters);
    expect(shown).toContain('<');
  });
});

describe('without a terminal', () => {
  test('F39: a question is a usage error that names --yes', async () => {
    expect(await runProbe(['ask'])).toEqual({
      stdout: '',
      stderr: 'error: nobody can be asked here: delete everything?\nadd --yes to answer yes\n',
      exitCode: 2,
    });
  });

  test('F39: with stdin closed too', async () => {
    const child = spawn(process.execPath, [probePath, 'ask'], {
      env: environmentOf(temporaryHome()),
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    expect(exitCode).toBe(2);
  });

  test.for(['--yes', '-y'])('%s answers yes', async (flag) => {
    expect((await runProbe(['ask', flag])).stdout).toBe('{"answer":"yes"}\n');
  });

  test('progress is lines', async () => {
    const { stdout, stderr } = await runProbe(['progress', '30']);
    expect(stdout).toBe('{"done":true}\n');
    expect(stderr).toMatch(
      /^embedding: 0 of 30 chunks \(0 %\)\nwarning: look here\nembedding: 30 chunks in [\d.]+ s, .*\n$/,
    );
  });

  test('--quiet leaves warnings', async () => {
    expect((await runProbe(['progress', '30', '--quiet'])).stderr).toBe('warning: look here\n');
  });

  test('--progress json is one object a line, warnings too', async () => {
    const { stderr } = await runProbe(['progress', '30', '--progress', 'json']);
    const types = stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { messageType: string }).messageType);
    expect(new Set(types)).toEqual(new Set(['phase', 'progress', 'warning']));
  });
});
