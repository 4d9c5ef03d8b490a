import { describe, expect, test } from 'vitest';
import type { OutputChoices } from '../../../src/lib/output.ts';
import { type FakePlace, fakeOutput } from './fake-streams.ts';

describe('F39: colour is decided for each stream', () => {
  test.for<[string, FakePlace, OutputChoices, boolean]>([
    ['a terminal', { tty: true }, {}, true],
    ['a pipe', {}, {}, false],
    ['NO_COLOR', { tty: true, env: { NO_COLOR: '1' } }, {}, false],
    ['NO_COLOR with any text', { tty: true, env: { NO_COLOR: '0' } }, {}, false],
    ['NO_COLOR empty', { tty: true, env: { NO_COLOR: '' } }, {}, true],
    ['NO_COLOR before FORCE_COLOR', { tty: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, {}, false],
    ['FORCE_COLOR in a pipe', { env: { FORCE_COLOR: '1' } }, {}, true],
    ['FORCE_COLOR=0 on a terminal', { tty: true, env: { FORCE_COLOR: '0' } }, {}, false],
    ['TERM=dumb', { tty: true, env: { TERM: 'dumb' } }, {}, false],
    ['the flag before NO_COLOR', { env: { NO_COLOR: '1' } }, { color: 'always' }, true],
    ['the flag on a terminal', { tty: true }, { color: 'never' }, false],
  ])('%s', ([, place, choices, color]) => {
    const { output } = fakeOutput(place);
    output.choose(choices);
    expect(output.view.color).toBe(color);
  });

  test('a width of 20, of 0 and none at all', () => {
    expect(fakeOutput({ tty: true, columns: 20 }).output.view.columns).toBe(20);
    expect(fakeOutput({ tty: true, columns: 0 }).output.view.columns).toBe(80);
    expect(fakeOutput().output.view).toMatchObject({ columns: 80, isTty: false });
  });
});

describe('stdout is data, stderr is talk', () => {
  test('each line goes where it belongs', async () => {
    const { output, stdout, stderr } = fakeOutput();
    await output.data('data');
    output.note('note');
    output.warn('warning');
    output.error('error');
    output.trace('trace');
    expect(stdout.text).toBe('data\n');
    expect(stderr.text).toBe('note\nwarning: warning\nerror: error\n');
  });

  test('quiet silences notes, never warnings and errors; verbose adds traces', () => {
    const { output, stderr } = fakeOutput();
    output.choose({ quiet: true });
    output.note('note');
    output.warn('w');
    output.error('e');
    output.hint('h');
    output.choose({ verbose: true });
    output.trace('t');
    expect(stderr.text).toBe('warning: w\nerror: e\nh\nt\n');
  });

  test('talk as JSON is one object a line', () => {
    const { output, stderr } = fakeOutput();
    output.choose({ talkJson: true });
    output.warn('a\nb');
    expect(stderr.text).toBe('{"messageType":"warning","message":"a\\nb"}\n');
  });

  test('a drawing steps aside for a line', () => {
    const { output, stderr } = fakeOutput({ tty: true });
    output.draw({ clear: () => stderr.write('<clear>'), redraw: () => stderr.write('<draw>') });
    output.note('n');
    output.draw(null);
    output.note('m');
    expect(stderr.text).toBe('<clear>n\n<draw>m\n');
  });

  test('an empty text is no line, and a line has one end', async () => {
    const { output, stdout } = fakeOutput();
    await output.data('');
    await output.data('a\n');
    expect(stdout.text).toBe('a\n');
  });

  test('long text in pieces is the same text, surrogate pairs whole', async () => {
    const { output, stdout } = fakeOutput();
    const text = `x${'😀'.repeat(1_200_000)}`;
    await output.data(text);
    expect(stdout.text === `${text}\n`).toBe(true);
  });

  test('a disk that is full is an error, not silence', async () => {
    const { output, stdout } = fakeOutput();
    stdout._write = (_piece, _encoding, done: (error?: Error) => void) =>
      done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    await output.data('a').catch(() => {});
    await expect(output.data('b')).rejects.toThrow('cannot write to stdout: no space left on device');
  });
});
