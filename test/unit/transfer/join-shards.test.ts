/**
 * Are folders one whole backup? Found out from the ranges that each says it covers.
 */
import { expect, test } from 'vitest';
import { coveredBy } from '../../../src/core/transfer/backup/shard-run.ts';
import { findShardFaults, joinFolders, type ReadFolder } from '../../../src/core/transfer/backup-folder/join-shards.ts';
import type { BackedUpCollection, Consistency } from '../../../src/core/transfer/backup-folder/manifest.ts';
import type { IdRange } from '../../../src/core/transfer/points/scan-range.ts';

const range = (from: string | null, to: string | null, shardKey: IdRange['shardKey'] = null): IdRange => ({
  from,
  to,
  shardKey,
});
const hash = (digit: string): string => digit.padStart(64, '0');

function folder(
  shard: number,
  shards: number,
  covers: readonly IdRange[],
  consistency: Consistency = 'scroll',
): ReadFolder {
  const collection: BackedUpCollection = {
    name: 'docs',
    aliases: [],
    folder: '001-docs',
    points: shard,
    pointsHash: hash(String(shard)),
    consistency,
    countBefore: 9,
    countAfter: 9,
    description: { file: 'collection.json', sizeBytes: 1, sha256: hash('1') },
    parts: [],
    covers,
  };
  return {
    root: `/backups/${shard}`,
    manifest: {
      format: 'qdx-backup',
      version: 2,
      needsQdx: '0.1.0',
      backupId: 'one',
      startedAt: '',
      finishedAt: '',
      qdxVersion: '0.1.0',
      source: { url: 'http://x', qdrantVersion: '1.16.3' },
      filter: null,
      compression: 'none',
      shard: { runId: 'nightly', shard, shards },
      collections: [collection],
    },
  };
}

const [low, high] = [range(null, '5'), range('5', null)];

test.each([
  ['all ids once', [folder(1, 2, [low]), folder(2, 2, [high])], [], []],
  ['in any order', [folder(2, 2, [high]), folder(1, 2, [low])], [], []],
  ['one without ranges', [folder(1, 2, [range(null, null)]), folder(2, 2, [])], [], []],
  [
    'by shard keys',
    [folder(1, 2, [range(null, null, 'a'), range(null, '5', 'b')]), folder(2, 2, [range('5', null, 'b')])],
    [],
    [],
  ],
  ['a shard that is missing', [folder(1, 3, [low]), folder(3, 3, [high])], [2], []],
  [
    'a gap',
    [folder(1, 2, [low]), folder(2, 2, [range('7', null)])],
    [],
    ['docs: no shard, or two, cover the ids before 7'],
  ],
  [
    'an overlap',
    [folder(1, 2, [range(null, '7')]), folder(2, 2, [high])],
    [],
    ['docs: no shard, or two, cover the ids before 5'],
  ],
  ['no end', [folder(1, 2, [low]), folder(2, 2, [range('5', '9')])], [], ['docs: no shard covers the ids from 9 on']],
  [
    'no beginning',
    [folder(1, 2, [range('2', '5')]), folder(2, 2, [high])],
    [],
    ['docs: no shard, or two, cover the ids before 2'],
  ],
] as const)('%s', (_title, folders, missing, problems) => {
  expect(findShardFaults(folders)).toEqual({ missing, problems });
});

test('joined, they are what one machine would have written: points and hashes add up, the worst label counts', () => {
  const { collections } = joinFolders([folder(2, 2, [high], 'scroll-while-writing'), folder(1, 2, [low])]);
  expect(collections).toMatchObject([
    { points: 3, pointsHash: hash('3'), consistency: 'scroll-while-writing', path: '/backups/1/001-docs' },
  ]);
});

test('ranges that follow each other are one; those of another key are not', () => {
  expect(coveredBy([range(null, '3'), range('3', '5'), range(null, '2', 'a')])).toEqual([low, range(null, '2', 'a')]);
});
