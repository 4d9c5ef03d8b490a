/**
 * What the tests of backups share: parameters, and the lines of a backup.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { BackupParams } from '../../../src/core/transfer/backup.ts';

export const paramsFor = (folder: string, change: Partial<BackupParams> = {}): BackupParams => ({
  selection: { names: ['docs'], patterns: [], all: false },
  folder,
  compression: 'none',
  secondScan: true,
  strict: false,
  parallel: 4,
  partPoints: 50,
  qdxVersion: '0.1.0',
  ...change,
});

/** Points of one collection folder, as lines. */
export const linesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('part-'))
    .toSorted()
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1);
    });
