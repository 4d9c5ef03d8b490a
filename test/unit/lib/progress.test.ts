import { describe, expect, test } from 'vitest';
import type { QdxEvent } from '../../../src/lib/events.ts';
import {
  type ProgressChoices,
  type ProgressMode,
  createProgress,
  progressMode,
} from '../../../src/lib/progress/progress.ts';
import { barLine } from '../../../src/lib/progress/progress-bar.ts';
import {
  nextProgress,
  progressFigures,
  progressLine,
  type StageProgress,
} from '../../../src/lib/progress/progress-figures.ts';
import { fakeOutput } from './fake-streams.ts';
import { actingCharacters, hostileTexts } from './hostile.ts';

const event = (done: number, total: number | undefined, tokens?: number, stage = 'embedding') => ({
  type: 'progress' as const,
  stage,
  done,
  unit: 'chunks',
  ...(total !== undefined && { total }),
  ...(tokens !== undefined && { tokens }),
});

/** Progress after these events, one each second. */
function after(...events: ReturnType<typeof event>[]): { progress: StageProgress; nowMs: number } {
  let progress: StageProgress | null = null;
  for (const [second, next] of events.entries()) progress = nextProgress(progress, next, second * 1000);
  return { progress: progress as unknown as StageProgress, nowMs: (events.length - 1) * 1000 };
}

describe('figures', () => {
  test('a steady run', () => {
    const { progress, nowMs } = after(event(0, 100, 0), event(10, 100, 1000), event(20, 100, 2000));
    expect(progressFigures(progress, nowMs)).toEqual({
      elapsedMs: 2000,
      rate: 10,
      tokenRate: 1000,
      etaMs: 8000,
      fraction: 0.2,
    });
    expect(progressLine(progress, nowMs)).toBe('embedding: 20 of 100 chunks (20 %), 10/s, 1,000 tokens/s, 8 s left');
  });

  test('what was done before does not count as fast', () => {
    const { progress, nowMs } = after(event(1000, 2000), event(1010, 2000));
    expect(progressFigures(progress, nowMs).rate).toBe(10);
  });

  test('the rate follows: the last half minute counts', () => {
    let progress: StageProgress | null = null;
    for (let second = 0; second <= 100; second++)
      progress = nextProgress(progress, event(second < 50 ? second : 50 + (second - 50) * 10, 10_000), second * 1000);
    expect(progressFigures(progress as unknown as StageProgress, 100_000).rate).toBeCloseTo(10);
    expect(progress?.samples.length).toBeLessThanOrEqual(61);
  });

  test.for<[string, ReturnType<typeof event>[], string]>([
    ['one', [event(0, 1), event(1, 1)], 'embedding: 1 chunk (100 %), 1/s'],
    ['nothing yet', [event(0, 10)], 'embedding: 0 of 10 chunks (0 %)'],
    ['no total', [event(0, undefined), event(5, undefined)], 'embedding: 5 chunks, 5/s'],
    ['an empty stage', [event(0, 0)], 'embedding: 0 chunks'],
    ['more than was thought', [event(0, 10), event(12, 10)], 'embedding: 12 of 10 chunks (100 %), 12/s'],
    ['the end', [event(0, 10), event(10, 10)], 'embedding: 10 chunks (100 %), 10/s'],
  ])('%s', ([, events, line]) => {
    const { progress, nowMs } = after(...events);
    expect(progressLine(progress, nowMs)).toBe(line);
  });
});

describe('the way it is shown', () => {
  test.for<[string, Partial<ProgressChoices>, ProgressMode]>([
    ['a terminal', { isTty: true }, 'bar'],
    ['a pipe', {}, 'lines'],
    ['F39: CI on a terminal', { isTty: true, environment: { CI: 'true' } }, 'lines'],
    ['F39: TERM=dumb', { isTty: true, environment: { TERM: 'dumb' } }, 'lines'],
    ['quiet', { isTty: true, quiet: true }, 'none'],
    ['quiet and --progress bar', { isTty: true, quiet: true, flag: 'bar' }, 'none'],
    ['--progress bar in a pipe', { flag: 'bar' }, 'lines'],
    ['--progress none', { isTty: true, flag: 'none' }, 'none'],
    ['--progress json', { isTty: true, flag: 'json' }, 'json'],
    ['quiet and --progress json', { isTty: true, quiet: true, flag: 'json' }, 'none'],
  ])('%s: %s', ([, choices, mode]) => {
    expect(progressMode({ flag: undefined, quiet: false, isTty: false, environment: {}, ...choices })).toBe(mode);
  });
});

/** Runs events through a reporter; numbers are milliseconds that pass. */
function report(mode: ProgressMode, steps: readonly (QdxEvent | number)[], tty = false) {
  const { output, stderr, stderrStream } = fakeOutput({ tty });
  let nowMs = 5000;
  output.choose({ talkJson: mode === 'json' });
  const progress = createProgress(output, stderrStream, mode, () => nowMs);
  for (const step of steps)
    if (typeof step === 'number') nowMs += step;
    else progress.onEvent(step);
  progress.end();
  return stderr.text;
}

describe('lines', () => {
  test('at the start, for each tenth, and at the end', () => {
    const steps = Array.from({ length: 101 }, (_, done) => [event(done, 100), 1000]).flat();
    const lines = report('lines', steps).trim().split('\n');
    expect(lines.map((line) => /(\d+)( of 100)? chunks/.exec(line)?.[1])).toEqual([
      '0',
      '10',
      '20',
      '30',
      '40',
      '50',
      '60',
      '70',
      '80',
      '90',
      '100',
    ]);
    expect(lines.at(-1)).toBe('embedding: 100 chunks in 1 min 40 s, 1/s');
  });

  test('each half minute where a tenth takes longer', () => {
    const lines = report('lines', [event(0, 1000), 29_000, event(1, 1000), 2000, event(2, 1000)]);
    expect(lines).toContain('2 of 1,000');
    expect(lines).not.toContain(': 1 of 1,000');
  });

  test('not more than one a second', () => {
    const steps = Array.from({ length: 11 }, (_, done) => [event(done, 10), 20]).flat();
    expect(report('lines', steps).trim().split('\n')).toHaveLength(2);
  });

  test('each stage has its own end', () => {
    const lines = report('lines', [
      event(0, 5),
      1000,
      event(5, 5),
      event(0, 3, undefined, 'uploading'),
      1000,
      event(3, 3, undefined, 'uploading'),
    ]);
    expect(lines).toContain('embedding: 5 chunks in 1 s, 5/s\nuploading: 0 of 3 chunks');
    expect(lines).toMatch(/uploading: 3 chunks in 1 s, 3\/s\n$/);
  });

  test('stages that overlap: each goes on from where it was, and ends once', () => {
    const steps = Array.from({ length: 11 }, (_, done) => [
      event(done * 10, 100),
      event(done * 10, 100, undefined, 'uploading'),
      1000,
    ]).flat();
    const lines = report('lines', steps).trim().split('\n');
    expect(lines.filter((line) => line.includes(' chunks in '))).toEqual([
      'embedding: 100 chunks in 10 s, 10/s',
      'uploading: 100 chunks in 10 s, 10/s',
    ]);
    expect(lines.filter((line) => line.startsWith('uploading'))).toHaveLength(1);
  });

  test('a stage of unknown length ends when the next begins', () => {
    const reading = (done: number): QdxEvent => ({ type: 'progress', stage: 'reading', done, unit: 'files' });
    expect(report('lines', [reading(1), 1000, reading(9), 1000, event(0, 5)])).toMatch(
      /reading: 9 files in 2 s.*\nembedding: 0 of 5 chunks/,
    );
  });

  test('a stage that did nothing has no end line', () => {
    expect(report('lines', [event(0, 0)])).toBe('embedding: 0 chunks\n');
  });
});

describe('other ways', () => {
  test('none: warnings stay', () => {
    expect(report('none', [event(0, 5), { type: 'warning', message: 'w' }, event(5, 5)])).toBe('warning: w\n');
  });

  test('json: the first, the last, and two a second between', () => {
    const steps = Array.from({ length: 101 }, (_, done) => [event(done, 100), 100]).flat();
    const lines = report('json', [{ type: 'phase', name: 'embedding' }, ...steps])
      .trim()
      .split('\n');
    const messages = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(messages[0]).toMatchObject({ messageType: 'phase', name: 'embedding' });
    expect(messages.slice(1).map(({ done }) => done)).toEqual([...Array.from({ length: 20 }, (_, i) => i * 5), 100]);
    expect(messages[1]).toMatchObject({ stage: 'embedding', total: 100, unit: 'chunks' });
  });

  test('F44: times of machine output are ISO 8601 in UTC', () => {
    const message = JSON.parse(report('json', [event(0, 5)])) as { at: string };
    expect(message.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});

describe('the bar', () => {
  const { progress, nowMs } = after(event(0, 100, 0), event(50, 100, 5000));

  test.for([20, 40, 79, 80, 120, 1])('F39: is one line of less than %i columns', (columns) => {
    const line = barLine(progress, nowMs, columns);
    expect(line.length).toBeLessThanOrEqual(Math.max(1, columns - 1));
    expect(line).not.toContain('\n');
  });

  test('fills as the work goes', () => {
    expect(barLine(progress, nowMs, 120)).toBe(
      '[==========          ] embedding: 50 of 100 chunks (50 %), 50/s, 5,000 tokens/s, 1 s left',
    );
  });

  test.for(hostileTexts)('F37: a stage named with %s is inert', ([, text]) => {
    const hostile = nextProgress(null, event(1, 2, undefined, text), 0);
    expect(barLine(hostile, 0, 200)).not.toMatch(actingCharacters);
  });

  test('is drawn on a terminal, steps aside for warnings, and is gone at the end', async () => {
    const { output, stderr, stderrStream } = fakeOutput({ tty: true, columns: 100 });
    const reporter = createProgress(output, stderrStream, 'bar');
    reporter.onEvent(event(1, 4));
    await expect.poll(() => stderr.text).toContain('1 of 4 chunks');
    reporter.onEvent({ type: 'warning', message: 'careful' });
    expect(stderr.text).toContain('\r\u001B[2Kwarning: careful\n');
    reporter.onEvent(event(4, 4));
    reporter.end();
    const shown = stderr.text.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stderr.text.length).toBe(shown);
    expect(stderr.text).toMatch(/embedding: 4 chunks in .*\n$/);
  });
});
