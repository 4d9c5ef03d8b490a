import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../../src/lib/errors.ts';
import { runProbe } from './run-probe.ts';

describe('what was typed wrong ends in two lines and exit code 2', () => {
  test.for<[string[], string, string]>([
    [['gaet'], "unknown command 'gaet'", 'did you mean gate?'],
    [['zzz'], "unknown command 'zzz'", 'see qdx --help'],
    [['gate', '--jsn'], "unknown option '--jsn'", 'did you mean --json?'],
    [['gate', '--zzzzzzzz'], "unknown option '--zzzzzzzz'", 'see qdx gate --help'],
    [['gate', '-z'], "unknown option '-z'", 'see qdx gate --help'],
    [['--zzzzzzzz', 'gate'], "unknown option '--zzzzzzzz'", 'see qdx gate --help'],
    [['echo'], "missing required argument 'text'", 'for example: qdx echo hello (more: qdx echo --help)'],
    [['echo', 'a', 'b'], 'qdx echo takes 1 argument, and got 2', 'see qdx echo --help'],
    [['gate', '--url'], '--url needs a value: <url>', 'see qdx gate --help'],
    [['gate', '--color', 'pink'], '--color: expected one of always, never, got "pink"', 'see qdx gate --help'],
    [['gate', '--color', 'nevr'], '--color: expected one of always, never, got "nevr"', 'did you mean never?'],
    [['family'], 'qdx family needs a command: one, two', 'qdx family --help'],
    [['family', 'three'], "unknown command 'three'", 'qdx family knows one, two'],
    [['both', 'ones'], "unknown command 'ones'", 'did you mean one?'],
    [['both', 'zzzzzz'], "unknown command 'zzzzzz'", 'qdx both alone, or with one, two'],
    [['help', 'gaet'], "unknown command 'gaet'", 'did you mean gate?'],
    [['family', 'ones'], "unknown command 'ones'", 'did you mean one?'],
    [
      ['gate', '--format', 'csv'],
      'this command has no format csv: it knows text, json',
      'choose one of them with --format',
    ],
    [
      ['echo', 'x', '--format', 'jsnl'],
      'this command has no format jsnl: it knows text, json, jsonl',
      'did you mean jsonl?',
    ],
    [
      ['echo', 'x', '--format', 'md'],
      'this command has no format md: it knows text, json, jsonl',
      'choose one of them with --format',
    ],
  ])('%j', async ([args, message, hint]) => {
    expect(await runProbe(args)).toEqual({ stdout: '', stderr: `error: ${message}\n${hint}\n`, exitCode: 2 });
  });

  test.for<[string[]]>([
    [['--json', 'gaet']],
    [['gaet', '--json']],
    [['--format', 'json', 'gate', '--bogus']],
    [['--format=json', 'gate', '--bogus']],
    [['echo', '--json']],
    [['--json']],
    [['echo', 'x', '--json', '--format', 'jsonl']],
    [['gate', '--json', '--config', '/none.json', '--bogus']],
  ])('%j: as JSON, whatever came first', async ([args]) => {
    const { stdout, stderr, exitCode } = await runProbe(args);
    expect([stdout, exitCode]).toEqual(['', 2]);
    expect(JSON.parse(stderr)).toMatchObject({
      messageType: 'error',
      kind: 'usage',
      exitCode: 2,
      message: expect.any(String) as unknown,
      hint: expect.any(String) as unknown,
    });
  });

  test('--json behind -- is a word like any other', async () => {
    expect((await runProbe(['gate', '--bogus', '--', '--json'])).stderr).toMatch(/^error: /);
  });
});

describe('every kind of error has its exit code', () => {
  test.for(Object.entries(exitCodes).filter(([kind]) => kind !== 'done'))('%s is %i', async ([kind, exitCode]) => {
    const text = await runProbe(['fail', kind, 'x']);
    expect(text).toEqual({ stdout: '', stderr: 'error: failed on x\ntry x\n', exitCode });
    const json = await runProbe(['fail', kind, 'x', '--json']);
    expect(JSON.parse(json.stderr)).toEqual({
      messageType: 'error',
      kind,
      exitCode,
      message: 'failed on x',
      hint: 'try x',
      details: { text: 'x', list: ['x'] },
    });
    expect([json.stdout, json.exitCode]).toEqual(['', exitCode]);
  });

  test('an outcome that is no error has its code and its data', async () => {
    expect(await runProbe(['gate'])).toEqual({ stdout: '{"passed":false}\n', stderr: '', exitCode: 9 });
  });
});

describe('a bug', () => {
  test.for(['bug', 'later'])('%s: one sentence, the text to report, exit code 1', async (how) => {
    const { stdout, stderr, exitCode } = await runProbe(['fail', how, 'x']);
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toMatch(
      /^error: qdx \d+\.\d+\.\d+ failed in a way it does not know: .*\nplease report it with this text:\n/,
    );
  });

  test('as JSON it is one object, with the stack in the details', async () => {
    const { stderr } = await runProbe(['fail', 'bug', 'x', '--json']);
    expect(JSON.parse(stderr)).toMatchObject({
      kind: 'failed',
      exitCode: 1,
      details: { stack: expect.stringContaining('probe.js') as unknown },
    });
  });
});

describe('a secret of the environment is in no way out', () => {
  const secret = 'canary/key+with=signs 42';

  test.for<[string[]]>([
    [['echo', secret, '--verbose']],
    [['echo', secret, '--json', '--verbose']],
    [['echo', secret, '--format', 'jsonl']],
    [['echo', secret, '--progress', 'json']],
    [['echo', encodeURIComponent(secret)]],
    [['echo', Buffer.from(`user:${secret}`).toString('base64')]],
    [['fail', 'usage', secret]],
    [['fail', 'usage', secret, '--json']],
    [['fail', 'bug', secret]],
    [['fail', 'bug', secret, '--json']],
    [['fail', 'later', secret]],
    [['fail', secret]],
    [['gate', secret]],
    [['gate', `--bogus=${secret}`]],
    [[secret]],
  ])('%j', async ([args]) => {
    for (const name of ['QDRANT_API_KEY', 'HF_TOKEN']) {
      const { stdout, stderr } = await runProbe(args, { env: { [name]: secret } });
      const shown = stdout + stderr;
      expect(shown).not.toBe('');
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, -3)])
        expect(shown).not.toContain(form);
    }
  });
});
