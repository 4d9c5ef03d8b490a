import { describe, expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../../src/lib/quantities.ts';
import { paint } from '../../../src/lib/style.ts';
import { displayWidth, renderTable } from '../../../src/lib/table.ts';

describe('numbers for people', () => {
  test.for<[(value: number) => string, number, string]>([
    [formatCount, 0, '0'],
    [formatCount, 999, '999'],
    [formatCount, 1000, '1,000'],
    [formatCount, 1_234_567.6, '1,234,568'],
    [formatBytes, 0, '0 B'],
    [formatBytes, 999, '999 B'],
    [formatBytes, 1536, '1.5 KB'],
    [formatBytes, 999_600, '1 MB'],
    [formatBytes, 78_452_064, '78.5 MB'],
    [formatBytes, 3e18, '3000 PB'],
    [formatDuration, 0, '0 s'],
    [formatDuration, 420, '0.4 s'],
    [formatDuration, 9_960, '10 s'],
    [formatDuration, 59_600, '1 min'],
    [formatDuration, 200_000, '3 min 20 s'],
    [formatDuration, 7_500_000, '2 h 5 min'],
    [formatDuration, 273_600_000, '3 d 4 h'],
    [formatRate, 0.2512, '0.251'],
    [formatRate, 12.345, '12.3'],
    [formatRate, 340.4, '340'],
    [formatRate, 12_300, '12,300'],
  ])('%o(%d) is %s', ([format, value, text]) => {
    expect(format(value)).toBe(text);
  });
});

describe('tables', () => {
  test('columns are aligned, figures to the right, nothing trails', () => {
    const rows = [
      ['docs', '12', ''],
      ['engine', '3', 'x'],
    ];
    expect(renderTable(rows, { header: ['name', 'points', ''], right: [1] })).toBe(
      'name    points\ndocs        12\nengine       3  x',
    );
  });

  test.for<[string, number]>([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['東京', 4],
    ['😀', 2],
    ['', 0],
    [paint({ columns: 80, isTty: true, color: true }, 'red', 'ab'), 2],
  ])('%j is %d columns wide', ([text, width]) => {
    expect(displayWidth(text)).toBe(width);
  });

  test('a cell is one line', () => {
    expect(renderTable([['a\r\nb\tc', 'd']])).toBe('a b c  d');
  });

  test('no rows are no text', () => {
    expect(renderTable([])).toBe('');
  });
});
