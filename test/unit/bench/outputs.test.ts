/** What a report looks like to machines and to Markdown, with hostile text in it. */
import { expect, test } from 'vitest';
import { renderAnnotations, renderStepSummary } from '../../../src/core/bench/outputs/github.ts';
import { renderJunit } from '../../../src/core/bench/outputs/junit.ts';
import { renderMarkdown } from '../../../src/core/bench/outputs/markdown.ts';
import { renderPrometheus } from '../../../src/core/bench/outputs/prometheus.ts';
import { renderRun } from '../../../src/core/bench/run/trec-run.ts';
import { hostileView } from '../../helpers/report-view.ts';

const view = hostileView;

test('Markdown: no markup of a query acts, and no cell ends early', () => {
  const text = renderMarkdown(view);
  expect(text).not.toContain('<script>');
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && line.includes('0.1'));
  expect(rows.map((row) => row.match(/(?<!\\)\|/g)?.length)).toEqual([4, 5]);
  const marked = { title: '', header: ['a'], rows: [['✗ **<b>']], right: [] };
  expect(renderMarkdown({ ...view, tables: [marked] })).toContain(String.raw`✗ \*\*&lt;b>`);
});

test('JUnit: well-formed, whatever stands in a name', () => {
  const xml = renderJunit(view);
  expect(xml).not.toContain('<script>');
  expect(xml).not.toContain('\u0007');
  expect(xml).toContain('tests="2" failures="1"');
  expect(xml.match(/<testcase /g)).toHaveLength(2);
});

test('GitHub: one command a line, ten of a kind at most', () => {
  const lines = renderAnnotations(view).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^::error title=[^:,\n]*::[^\n]*100 %25, a:b%0Asecond$/);
  const many = Array.from(
    { length: 30 },
    (_, index) => ({ name: `n${index}`, status: 'failed', message: 'm' }) as const,
  );
  const errors = renderAnnotations({ ...view, checks: many })
    .split('\n')
    .filter((line) => line.startsWith('::error'));
  expect(errors).toHaveLength(10);
  expect(errors.at(-1)).toContain('and 21 more');
});

test('a step summary never exceeds what GitHub shows', () => {
  const rows = Array.from({ length: 60_000 }, (_, index) => [`query ${index}`, '0.1234']);
  const long = { ...view, tables: [{ title: 'all', header: ['a', 'b'], rows, right: [] }] };
  expect(Buffer.byteLength(renderMarkdown(long))).toBeGreaterThan(1024 * 1024);
  expect(Buffer.byteLength(renderStepSummary(long))).toBeLessThan(1024 * 1024);
});

test('Prometheus: escaped labels, no figure that is no number, success only where nothing failed', () => {
  const text = renderPrometheus(view, 'search', 1000);
  expect(text).toContain(String.raw`\"x\"`);
  expect(text).not.toContain('NaN');
  expect(text).toContain('qdx_bench_check_passed{suite="search",check="kept"} 1');
  expect(text).not.toContain('last_success');
  expect(renderPrometheus({ ...view, checks: [] }, 'search', 1000)).toContain(
    'qdx_bench_last_success_timestamp_seconds{suite="search"} 1000',
  );
});

test('run files: names without white space, scores in the order shown', () => {
  const documents = [
    { id: 'my file.md', score: 0.5 },
    { id: 'b', score: 0.5 },
    { id: 'c', score: 0.9 },
  ];
  const lines = renderRun([{ query: 'q 1', documents }], 'qdx')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  expect(lines.map(([query, , id, rank]) => [query, id, rank])).toEqual([
    ['q%201', 'my%20file.md', '1'],
    ['q%201', 'b', '2'],
    ['q%201', 'c', '3'],
  ]);
  const scores = lines.map((line) => Number(line[4]));
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(new Set(scores).size).toBe(3);
});
