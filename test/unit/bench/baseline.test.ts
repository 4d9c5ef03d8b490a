import { describe, expect, test } from 'vitest';
import { parseBaseline } from '../../../src/core/bench/gate/baseline-schema.ts';

const good = {
  type: 'qdx-bench-baseline',
  version: 1,
  suite: 'search',
  createdAt: '2026-11-22T10:00:00.000Z',
  qdx: '0.1.0',
  inputSha256: 'a',
  primary: 'ndcg@10',
  means: { 'ndcg@10': 0.5 },
  scores: { q1: { 'ndcg@10': 0.5 } },
  latency: { p50Ms: 10, p95Ms: 20, cpu: 'one' },
};
const parse = (value: unknown) => parseBaseline(JSON.stringify(value), 'base.json');

describe('a baseline that was edited by hand', () => {
  test.each([
    ['whole', good],
    ['without times', { ...good, latency: null }],
    ['with a field of a later qdx', { ...good, note: 'kept' }],
  ])('%s: read', (_title, value) => {
    expect(parse(value)).toEqual(value);
  });

  test.each([
    ['a mean that is null', { ...good, means: { 'ndcg@10': null } }, 'means.ndcg@10: '],
    ['a score that is null', { ...good, scores: { q1: { 'ndcg@10': null } } }, 'scores.q1.ndcg@10: '],
    ['a score as text', { ...good, scores: { q1: { 'ndcg@10': '0.5' } } }, 'scores.q1.ndcg@10: '],
    ['a score above 1', { ...good, scores: { q1: { 'ndcg@10': 50 } } }, 'scores.q1.ndcg@10: '],
    ['no scores', { ...good, scores: undefined }, 'scores: '],
    ['half of its times', { ...good, latency: { p50Ms: 10 } }, 'latency.p95Ms: '],
    ['another document', { report: {} }, '"type" is not "qdx-bench-baseline"'],
    ['a list', [good], '"type" is not'],
    ['nothing', null, '"type" is not'],
    ['no version', { ...good, version: undefined }, 'version: '],
  ])('F: %s: refused, naming the place', (_title, value, reason) => {
    const message = expect.stringContaining(`base.json is no baseline of qdx bench: ${reason}`) as string;
    expect(() => parse(value)).toThrow(expect.objectContaining({ kind: 'usage', message }));
  });

  test.each(['', '{"type": "qdx-bench-baseline", "means": {"ndcg@10": NaN}}', '<<<<<<< HEAD\n{}'])(
    'F: %j is not JSON',
    (text) => {
      expect(() => parseBaseline(text, 'base.json')).toThrow(/base\.json is no baseline of qdx bench: it is not JSON/);
    },
  );

  test('F: of a newer qdx: refused, with another exit code', () => {
    expect(() => parse({ ...good, version: 2 })).toThrow(expect.objectContaining({ kind: 'refused' }));
  });
});
