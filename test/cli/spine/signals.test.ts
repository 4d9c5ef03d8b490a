import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { collect, saysOnStderr, spawnProbe } from './run-probe.ts';

async function signalled(args: readonly string[], signals: readonly NodeJS.Signals[]) {
  const child = spawnProbe(['wait', ...args]);
  const output = collect(child);
  await saysOnStderr(child, 'ready');
  for (const [number, signal] of signals.entries()) {
    const heard = number < signals.length - 1 ? saysOnStderr(child, 'stopping') : Promise.resolve();
    child.kill(signal);
    await heard;
  }
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout: output.stdout(), stderr: output.stderr() };
}

describe('F5: the first signal lets the step in flight finish', () => {
  test.for<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ])('%s ends with %i', async ([signal, exitCode]) => {
    const run = await signalled([], [signal]);
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toContain('checkpoint written');
    expect(run.stderr).toMatch(new RegExp(`error: stopped by ${signal}\nrun the same command again to go on\n$`));
  });

  test('a command that returns what it has still ends with 130', async () => {
    const run = await signalled(['--quietly'], ['SIGINT']);
    expect([run.exitCode, run.stdout]).toEqual([130, '{"stopped":true}\n']);
  });

  test('as JSON the last line says how it ended', async () => {
    const run = await signalled(['--json'], ['SIGTERM']);
    expect(JSON.parse(run.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ kind: 'terminated', exitCode: 143 });
  });
});

describe('F5: the second signal stops at once', () => {
  test.for<[NodeJS.Signals, NodeJS.Signals, number]>([
    ['SIGINT', 'SIGINT', 130],
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGINT', 'SIGTERM', 143],
  ])('%s, then %s: %i', async ([first, second, exitCode]) => {
    const run = await signalled(['--stubborn'], [first, second]);
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).not.toContain('checkpoint written');
  });
});
