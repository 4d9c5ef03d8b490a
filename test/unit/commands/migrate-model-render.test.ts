/**
 * What `qdx migrate --model` says when it is done.
 */
import { expect, test } from 'vitest';
import { renderReembedding } from '../../../src/commands/migrate/model-render.ts';
import type { ReembedSummary } from '../../../src/core/transfer/reembed-collection.ts';

const summary: ReembedSummary = {
  source: { url: 'http://127.0.0.1:6333', collection: 'docs__1' },
  target: { url: 'http://127.0.0.1:6333', collection: 'docs__2', aliases: ['docs'] },
  way: 're-embed',
  points: 1200,
  pointsHash: null,
  pointsKept: 200,
  replaced: ['docs__1'],
  gap: null,
  isSwitched: true,
  isReadBack: true,
  notAsPlanned: [],
  meanwhile: { inserted: 0, changed: 0, deleted: 0, scans: 2, isQuiet: true },
  late: { isQuiet: true, rounds: 1, carried: { inserted: 0, changed: 0, deleted: 0 }, newer: 0, skipped: 0 },
  timesMs: {},
  durationMs: 60_000,
  model: 'all-MiniLM-L6-v2',
  textField: 'body',
  maxTokens: 256,
  replacedVector: { name: '', size: 3584 },
  newVector: { name: 'dense', size: 384, sparseName: 'bm25' },
  tokenVectorsKey: 'token_vectors',
  keptVectors: ['splade'],
  droppedVectors: ['colbert'],
  counts: { made: 1000, embedded: 900, cached: 97, truncated: 12, withoutText: 2, failed: 1, tokens: 90_000 },
  backups: [
    {
      folder: 'backups/one',
      collection: 'docs__1',
      points: 1200,
      sizeBytes: 5_000_000,
      consistency: 'scroll',
      why: 'source',
    },
  ],
  device: 'cpu',
  embeddingMs: 30_000,
  proof: {
    points: { points: 1200, withVector: 1197, movedMeanwhile: 0 },
    spaces: {
      sampled: 100,
      oldSelf: null,
      newSelf: { at1: 0.99, at10: 1 },
      lowestCosine: 1,
      lowestCosineId: '1',
      overlapAt10: 0.4,
      interval: [0.3, 0.5],
    },
    queries: null,
    oldNotQueried: 'it has no card',
  },
};

test('counts that add up, what was kept and left out, old against new, and the step back', () => {
  expect(renderReembedding(summary)).toBe(
    [
      'docs__1 (3584 dimensions) embedded anew by all-MiniLM-L6-v2 (384): 1,200 points',
      '  200 there from a run before, 900 embedded (90,000 tokens in 30 s, 3,000 tokens/s on cpu), 97 from the cache',
      '  12 texts are longer than the 256 tokens that the model reads: their end was cut off',
      '  3 points have no vector: 2 without text, 1 that the model cannot read',
      '  vectors: "dense" (384) and terms "bm25" instead of "" (3584); kept: "splade"; left out: "colbert"',
      '  backup of docs__1, read back: backups/one (5 MB)',
      '  every id, payload and kept vector was compared: 1,200 points are the same, but for the key token_vectors, which qdx adds to payloads (token vectors)',
      '',
      '                          old    new',
      'a point finds itself @1     -  0.990',
      'a point finds itself @10    -  1.000',
      'nearest neighbours that both have (of 10): 0.400 [0.300, 0.500], 100 sampled points',
      'the old collection was not asked the queries: it has no card',
      '',
      'docs -> docs__2; docs__1 is kept (1 min)',
      'step back: qdx rollback docs',
    ].join('\n'),
  );
});

test('a run that only ended one which had switched it in says so, and has no figures', () => {
  const text = renderReembedding({ ...summary, proof: null });
  expect(text).toContain('an earlier run had proven it and switched it in');
  expect(text).not.toContain('old    new');
});

test('what was written late and could not be embedded, and what is otherwise than planned', () => {
  const late = { isQuiet: false, rounds: 5, carried: { inserted: 1, changed: 0, deleted: 0 }, newer: 2, skipped: 3 };
  const lines = renderReembedding({ ...summary, late, notAsPlanned: ['config.hnsw_config.m: 16'] }).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '  after the switch: 1 inserted, 0 changed, 0 deleted carried over, 2 newer in the new one',
      '  after the switch: 3 points could NOT be carried over: they cannot be embedded',
      '  the source is still being written to: send its writers to the new one',
      '  not as planned: config.hnsw_config.m: 16',
    ]),
  );
  expect(renderReembedding({ ...summary, late: null })).toContain('  late writes to the source were not looked for');
});
