import { describe, expect, test } from 'vitest';
import { runQdx } from '../../helpers/run-qdx.ts';
import { runProbe } from './run-probe.ts';

describe('F44: machine output knows no locale and no time zone', () => {
  test.for<Record<string, string>>([
    { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
    { LANG: 'fa_IR', LC_NUMERIC: 'fa_IR' },
    { TZ: 'Pacific/Chatham' },
    { TZ: 'Europe/Berlin', LANG: 'C' },
  ])('%j', async (env) => {
    const { stdout } = await runProbe(['time', '--json'], { env });
    expect(stdout).toBe(
      '{"schemaVersion":1,"number":1234.5,"big":12345678901234567890,"at":"1970-01-01T00:00:00.000Z"}\n',
    );
  });
});

describe('documents', () => {
  test('stdout is one JSON document and nothing else', async () => {
    const { stdout, stderr } = await runProbe(['echo', 'x', '--json', '--verbose']);
    expect(JSON.parse(stdout)).toEqual({ schemaVersion: 1, text: 'x', x: 1 });
    expect(stderr).toBe('warning: x\nx\nx\n');
  });

  test('--json is --format json', async () => {
    expect((await runProbe(['echo', 'x', '--format', 'json'])).stdout).toBe(
      (await runProbe(['echo', 'x', '--json'])).stdout,
    );
  });
});

describe('help', () => {
  test.for([[], ['--help'], ['-h'], ['help']])('qdx %j prints the commands, exit 0', async (args) => {
    const { stdout, stderr, exitCode } = await runProbe(args);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/^Usage: qdx \[options\] COMMAND\n/);
    expect(stdout).toMatch(/\n {2}gate +Does gate\n/);
    expect(stdout).toContain('\nExamples:\n');
  });

  test.for([
    ['echo', '--help'],
    ['help', 'echo'],
    ['--json', 'echo', '-h'],
  ])('qdx %s %s prints the command with the global options', async (args) => {
    const { stdout, exitCode } = await runProbe(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Usage: qdx echo \[options\] <text>\n/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '--timeout-ms <ms> Longest wait for one answer of the server (default: 60000; env: QDX_TIMEOUT_MS)',
    );
  });

  test('a setting of a command shows its words, its default and its variable', async () => {
    const { stdout } = await runQdx(['search', '--help']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('(hybrid, dense, lexical; default: hybrid; env: QDX_MODE)');
  });

  test('--version', async () => {
    expect((await runProbe(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
