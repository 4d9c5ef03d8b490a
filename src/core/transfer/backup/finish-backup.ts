/**
 * The end of a backup: the manifest, the note to the other shards, the journal. In this order, so that a run that is killed in
 * between is finished by the next one.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions } from '../../../lib/events.ts';
import { writeWholeFile } from '../../../lib/partial-file.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type JournalStart, removeJournal } from '../backup-folder/journal.ts';
import {
  type BackedUpCollection,
  type BackupManifest,
  type Compression,
  decodeManifest,
  encodeManifest,
  filesOfCollection,
  formatName,
  formatVersion,
  manifestName,
  type ShardOfRun,
  wholeVersion,
} from '../backup-folder/manifest.ts';
import { reached } from '../journal/steps.ts';
import { endShard } from './shard-run.ts';
import type { ShardParams } from './shard-wait.ts';

/** The first qdx that reads the format. */
const needsQdx = '0.1.0';

export interface FinishInput {
  readonly folder: string;
  readonly start: JournalStart;
  readonly filter?: unknown;
  readonly compression: Compression;
  readonly qdxVersion: string;
  readonly shard?: ShardParams;
}

export interface BackupFigures {
  readonly collections: readonly (Omit<BackedUpCollection, 'parts' | 'description' | 'covers'> & {
    readonly parts: number;
  })[];
  readonly points: number;
  /** Of all files but the manifest. */
  readonly sizeBytes: number;
}

export async function finishBackup(
  connection: Connection,
  { folder, start, filter, compression, qdxVersion, shard }: FinishInput,
  collections: readonly BackedUpCollection[],
  run: RunOptions,
): Promise<BackupFigures> {
  const manifest: BackupManifest = {
    format: formatName,
    version: shard || collections.some(({ shardSnapshots }) => shardSnapshots) ? formatVersion : wholeVersion,
    needsQdx,
    backupId: start.backupId,
    startedAt: start.startedAt,
    finishedAt: new Date().toISOString(),
    qdxVersion,
    source: { url: connection.url, qdrantVersion: (await connection.server()).version },
    filter: filter ?? null,
    compression,
    ...(shard && { shard: ofRun(shard) }),
    collections,
  };
  await writeWholeFile(join(folder, manifestName), encodeManifest(manifest));
  reached(run, 'backup.manifest-written');
  if (shard) await endShard(connection, shard);
  await removeJournal(folder);
  reached(run, 'backup.journal-removed');
  return figuresOf(collections);
}

/** The run that wrote the manifest was killed before it removed its journal. */
export async function takeAsFinished(
  connection: Connection,
  { folder, shard }: Pick<FinishInput, 'folder' | 'shard'>,
): Promise<BackupFigures> {
  const path = join(folder, manifestName);
  const { collections } = await decodeManifest(await readFile(path), path);
  if (shard) await endShard(connection, shard);
  await removeJournal(folder);
  return figuresOf(collections);
}

export const ofRun = ({ runId, shard, shards }: ShardParams): ShardOfRun => ({ runId, shard, shards });

function figuresOf(collections: readonly BackedUpCollection[]): BackupFigures {
  const files = collections.flatMap(filesOfCollection);
  return {
    collections: collections.map(({ parts, description: _description, covers: _covers, ...rest }) => ({
      ...rest,
      parts: parts.length,
    })),
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    points: collections.reduce((sum, { points }) => sum + points, 0),
  };
}
