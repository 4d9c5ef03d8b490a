/**
 * A backup of two collections, made by the writers of core without a server; fresh for every test.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeDescription } from '../../../src/core/transfer/collection/collection-description.ts';
import {
  type BackedUpCollection,
  type BackupManifest,
  encodeManifest,
  type PartEntry,
} from '../../../src/core/transfer/backup-folder/manifest.ts';
import { writePart } from '../../../src/core/transfer/backup-folder/part-file.ts';
import { sumOfHashes } from '../../../src/core/transfer/points/points-hash.ts';
import type { RawPoint } from '../../../src/core/transfer/points/raw-points.ts';
import { sha256Hex } from '../../../src/lib/hash.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const point = (id: number): RawPoint => ({
  id: String(id),
  line: Buffer.from(`{"id":${id},"payload":{"text":"point ${id}","exact":1.0},"vector":[0.${id},1.0]}`),
});

async function* pagesOf(ids: readonly number[]) {
  for (const id of ids) yield [point(id)];
}

export interface SmallBackup {
  readonly folder: string;
  readonly manifest: BackupManifest;
  /** Writes the manifest anew, with its own hash right. */
  readonly write: (manifest: unknown) => void;
}

const names = ['docs__1', 'code__1'] as const;

/** Parts of three points each: 10-12, 20-22, … */
export async function createSmallBackup(backupId = 'b-1', compression: 'none' | 'gzip' = 'none'): Promise<SmallBackup> {
  const folder = temporaryFolder('backup');
  const collections: BackedUpCollection[] = [];
  for (const [index, name] of names.entries()) {
    const below = `00${index + 1}-${name}`;
    mkdirSync(join(folder, below));
    const description = encodeDescription(
      { name, aliases: [], shardKeys: [], config: {}, payloadIndexes: {}, metadata: new Map() },
      backupId,
    );
    writeFileSync(join(folder, below, 'collection.json'), description);
    const parts: PartEntry[] = [];
    for (const part of [1, 2, 3]) {
      const start = part * 10 + index * 100;
      const range = { from: String(start), to: String(start + 10), shardKey: null };
      const input = { folder: join(folder, below), name: `part-00000${part}`, range, compression };
      parts.push((await writePart(input, pagesOf([start, start + 1, start + 2])))!);
    }
    collections.push({
      name,
      aliases: [],
      folder: below,
      points: 9,
      pointsHash: sumOfHashes(parts.map(({ pointsHash }) => pointsHash)),
      consistency: 'scroll',
      countBefore: 9,
      countAfter: 9,
      description: { file: 'collection.json', sizeBytes: description.length, sha256: sha256Hex(description) },
      parts,
    });
  }
  const manifest: BackupManifest = {
    format: 'qdx-backup',
    version: 1,
    needsQdx: '0.1.0',
    backupId,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:01.000Z',
    qdxVersion: '0.1.0',
    source: { url: 'http://127.0.0.1:6333', qdrantVersion: '1.16.3' },
    filter: null,
    compression,
    collections,
  };
  const write = (value: unknown) =>
    writeFileSync(join(folder, 'manifest.json'), encodeManifest(value as BackupManifest));
  write(manifest);
  return { folder, manifest, write };
}
