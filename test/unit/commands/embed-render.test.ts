import { describe, expect, test } from 'vitest';
import { renderEmbedSummary } from '../../../src/commands/embed/render.ts';
import type { EmbedSummary } from '../../../src/core/embed/embed.ts';

const view = { columns: 80, isTty: false, color: false };
const none = { points: 0, files: 0, examples: [] };
const summary = (changes: Partial<EmbedSummary> = {}): EmbedSummary => ({
  destination: 'collection',
  target: 'docs',
  physical: 'docs__1',
  dryRun: false,
  runId: 'r1',
  shard: 1,
  shards: 1,
  model: 'all-MiniLM-L6-v2',
  device: 'cpu',
  sources: ['docs'],
  files: 12,
  filesByReader: { markdown: 12 },
  skipped: {},
  totalChunks: 1300,
  chunks: 1300,
  unchanged: 1200,
  cached: 60,
  embedded: 40,
  truncated: 0,
  tokens: 4000,
  written: 100,
  removed: 0,
  pruned: 0,
  gone: none,
  leftOut: none,
  kept: none,
  rejected: 0,
  firstRejects: [],
  isComplete: true,
  removalPending: false,
  readingMs: 500,
  embeddingMs: 2000,
  durationMs: 3000,
  ...changes,
});
const render = (changes: Partial<EmbedSummary> = {}): string => renderEmbedSummary(summary(changes), view);

describe('summary of qdx embed', () => {
  test('as a whole', () => {
    expect(render()).toBe(
      [
        'wrote 100 points to docs (docs__1)',
        'files     12 read (docs)',
        'chunks    1,300 = 1,200 unchanged + 60 from the cache + 40 embedded',
        'time      3 s (reading 0.5 s, embedding 2 s, 2,000 tokens/s), all-MiniLM-L6-v2 on cpu',
        'next      qdx search "…" --collection docs',
      ].join('\n'),
    );
  });

  test.each<[string, Partial<EmbedSummary>, string]>([
    ['a plain collection has one name', { physical: 'docs' }, 'wrote 100 points to docs\n'],
    ['one point', { written: 1 }, 'wrote 1 point to'],
    ['a dry run', { dryRun: true }, 'would write 100 points'],
    ['a dry run embeds nothing', { dryRun: true }, '+ 40 to embed'],
    [
      'one shard of several',
      { destination: 'vectors', target: 'v.jsonl', shards: 2 },
      'next      with the files of all 2 shards: qdx upload v.jsonl <the others> --collection',
    ],
    ['a vectors file', { destination: 'vectors', target: 'v.jsonl' }, 'next      qdx upload v.jsonl --collection'],
    ['chunks', { destination: 'chunks', target: 'c.jsonl' }, 'chunks    1,300\n'],
    ['a shard', { shard: 2, shards: 3, chunks: 400 }, 'shard 2/3 of run r1'],
    ['a shard of the whole', { shard: 2, shards: 3, chunks: 400 }, 'chunks    400 of 1,300 ='],
    ['replaced points', { removed: 3 }, 'removed   3 points of changed files'],
    ['pruned points', { pruned: 1 }, 'removed   1 point of files that are gone or left out'],
    ['points to be removed', { removed: 3, dryRun: true }, 'to remove 3 points of changed files'],
    ['truncated chunks', { truncated: 2 }, 'truncated 2 chunks longer than the model reads'],
    ['removal left to another', { removalPending: true }, 'removal   left to the shard that ends last'],
    [
      'files that are gone',
      { gone: { points: 9, files: 1, examples: ['docs/a.md'] } },
      'gone      9 points of 1 file that is no longer here (docs/a.md); --prune removes them',
    ],
    [
      'files that are left out now',
      { leftOut: { points: 2, files: 2, examples: ['docs/a.md', 'docs/b.md'] } },
      'left out  2 points of 2 files that are here and left out now (docs/a.md, docs/b.md); --prune-excluded removes them',
    ],
    [
      'files that were not read as a whole',
      { kept: { points: 2, files: 1, examples: ['docs/a.md'] } },
      'kept      2 points of 1 file that is not read or not embedded as a whole (docs/a.md)',
    ],
    [
      'rejected chunks',
      {
        embedded: 39,
        rejected: 1,
        firstRejects: [{ id: 'x', source: 'docs', path: 'a.md', startLine: 7, reason: 'it crashed' }],
      },
      'rejected  1 chunk that could not be embedded or written; all others are done\n          docs/a.md:7: it crashed\n',
    ],
    ['chunks that were not embedded, so that the numbers add up', { embedded: 39 }, '+ 39 embedded + 1 not embedded\n'],
    [
      'skipped files',
      { skipped: { binary: { count: 3, examples: ['a.png', 'b.png', 'c.png'] } } },
      '          3 skipped: binary (a.png, b.png, …)',
    ],
    ['no model was needed', { device: null, tokens: 0 }, 'embedding 2 s), all-MiniLM-L6-v2\n'],
  ])('%s', (_title, changes, text) => {
    expect(render(changes)).toContain(text);
  });
});
