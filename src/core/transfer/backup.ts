/**
 * Backup: collections into a folder that travels, point by point as the server prints them.
 *
 * Order of writes: description and parts (each whole under its name, on the disk), a line in the journal for each, then the
 * manifest, then the journal goes. Killed anywhere, the folder is either a finished backup or says of itself that it is none,
 * and the same command goes on from the last finished part.
 */
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { withLockFile } from '../../lib/lock-file.ts';
import { type ListedCollection, publicNames } from '../qdrant/collection/names.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { backUpCollection } from './backup/back-up-collection.ts';
import { backUpSnapshot } from './backup/back-up-snapshot.ts';
import { type BackupFigures, finishBackup, ofRun, takeAsFinished } from './backup/finish-backup.ts';
import { assertSameRequest, openBackupFolder } from './backup/open-folder.ts';
import { progressOf } from './backup/progress-state.ts';
import { type CollectionSelection, selectCollections } from './backup/select-collections.ts';
import { joinShardRun, type ShardRun } from './backup/shard-run.ts';
import { lockRunId, type ShardParams } from './backup/shard-wait.ts';
import {
  type BackupRequest,
  type JournalStart,
  lockName,
  openJournal,
  startOfJournal,
} from './backup-folder/journal.ts';
import type { BackedUpCollection, Compression, ShardOfRun } from './backup-folder/manifest.ts';
import { withWriterLocks } from './switch/locks.ts';
import { reached } from './journal/steps.ts';

export interface BackupParams {
  readonly selection: CollectionSelection;
  /** Where to; made if it is not there. */
  readonly folder: string;
  /** A Qdrant filter; absent: all points. */
  readonly filter?: unknown;
  readonly compression: Compression;
  /** Qdrant's own snapshots instead of points. */
  readonly snapshot?: boolean;
  /** Where the other peers of the cluster are asked, for snapshots, when not at the same port (qdrant/peers.ts). */
  readonly peerUrls?: readonly string[];
  /** One of several machines that back up together. */
  readonly shard?: ShardParams;
  /** False: only counts are compared. */
  readonly secondScan: boolean;
  /** A collection that changed meanwhile is an error. */
  readonly strict: boolean;
  /** Ranges of ids read at once. */
  readonly parallel: number;
  /** Points of a part; absent: about 64 MB. */
  readonly partPoints?: number;
  readonly qdxVersion: string;
  /** The command that begins with this backup: `qdx upload --force`. Absent: it was asked for. */
  readonly madeBefore?: string;
}

export interface BackupSummary extends BackupFigures {
  readonly folder: string;
  readonly backupId: string;
  /** An earlier run had begun it. */
  readonly resumed: boolean;
  readonly durationMs: number;
  /** One of several machines: the points are those of its ranges. */
  readonly shard?: ShardOfRun;
}

export async function backUp(
  connection: Connection,
  params: BackupParams,
  run: RunOptions = {},
): Promise<BackupSummary> {
  if (params.strict && !params.secondScan)
    throw new QdxError('usage', '--strict needs the second scan, which --no-second-scan leaves out');
  if (params.snapshot) assertFitsSnapshot(params);
  const startedAt = performance.now();
  if (params.folder.trim() === '')
    throw new QdxError('usage', 'the folder of a backup has no name', { hint: '--to backups/docs-1' });
  const folder = resolve(params.folder);
  const collections = await selectCollections(connection, params.selection, run.signal);
  await openBackupFolder(folder);
  const lock = { waitMs: 0, label: folder, ...(run.signal && { signal: run.signal }) };
  const summary = await withLockFile(join(folder, lockName), lock, async () =>
    withShardLock(connection, params, collections, run, async (watched) =>
      backUpInto(connection, { params, folder, collections }, watched),
    ),
  );
  const shard = params.shard ? { shard: ofRun(params.shard) } : {};
  return { folder, ...summary, durationMs: performance.now() - startedAt, ...shard };
}

interface BackupInput {
  readonly params: BackupParams;
  readonly folder: string;
  readonly collections: readonly ListedCollection[];
}

type Written = Omit<BackupSummary, 'folder' | 'durationMs'>;

/** The folder is this run's alone. */
async function backUpInto(connection: Connection, input: BackupInput, run: RunOptions): Promise<Written> {
  const { params, folder, collections } = input;
  const request = requestOf(connection, input);
  const { lines, isFinished } = await openBackupFolder(folder);
  const [first] = lines;
  const begun = first?.type === 'start' ? first : null;
  if (begun) assertSameRequest(folder, begun, { request, connection });
  if (begun && isFinished)
    return { ...headOf(begun, true), ...(await takeAsFinished(connection, { ...params, folder })) };
  const lockNames = lockNamesOf(collections);
  const shardRun = params.shard
    ? await joinShardRun(
        connection,
        { request, params: params.shard, lockNames, backupId: begun?.backupId ?? null },
        run,
      )
    : null;
  const start = begun ?? newStart(params, request, shardRun);
  const journal = await openJournal(folder);
  try {
    if (!begun) await journal.append(start);
    reached(run, 'backup.begun');
    const progress = progressOf(lines);
    const done: BackedUpCollection[] = [];
    for (const [index, listed] of collections.entries()) {
      const each = { ...params, root: folder, backupId: start.backupId, index, listed, journal, shardRun };
      const back = params.snapshot ? backUpSnapshot : backUpCollection;
      done.push(await back(connection, { ...each, progress: progress.get(listed.physical) }, run));
    }
    assertNotEmpty(params, done);
    return {
      ...headOf(start, begun !== null),
      ...(await finishBackup(connection, { ...params, folder, start }, done, run)),
    };
  } finally {
    await journal.close();
  }
}

const headOf = ({ backupId }: JournalStart, resumed: boolean): Pick<Written, 'backupId' | 'resumed'> => ({
  backupId,
  resumed,
});

function requestOf({ serverId }: Connection, { params, collections }: BackupInput): BackupRequest {
  const { filter, compression, snapshot, shard } = params;
  return {
    url: serverId,
    collections: collections.map(({ physical }) => physical),
    filter: filter ?? null,
    compression,
    ...(snapshot && { method: 'snapshot' }),
    ...(shard && { shard: `${shard.shard}/${shard.shards} of ${shard.runId}` }),
  };
}

/**
 * A backup takes no lock: it writes nothing. Machines that share one hold the names together for as long as they are at it,
 * as one owner, so that no run of qdx changes between two shards what leads where.
 */
async function withShardLock<T>(
  connection: Connection,
  { shard }: BackupParams,
  collections: readonly ListedCollection[],
  run: RunOptions,
  work: (run: RunOptions) => Promise<T>,
): Promise<T> {
  if (!shard) return work(run);
  const { owner, breakLock } = shard;
  const lock = {
    names: lockNamesOf(collections),
    runId: lockRunId(shard),
    owner,
    breakLock,
    resumesSwitch: true,
  } as const;
  return withWriterLocks(connection, lock, run, work);
}

const lockNamesOf = (collections: readonly ListedCollection[]): string[] => publicNames(collections).toSorted();

/** A snapshot is one file with all points of a collection. @throws QdxError `usage`. */
function assertFitsSnapshot({ filter, compression, partPoints, shard }: BackupParams): void {
  const other = [
    ...(filter === undefined ? [] : ['--filter']),
    ...(compression === 'none' ? [] : ['--compress']),
    ...(partPoints === undefined ? [] : ['--part-points']),
    ...(shard ? ['--shard'] : []),
  ];
  if (other.length === 0) return;
  throw new QdxError(
    'usage',
    `${other.join(', ')} cannot be used with --snapshot: it takes the server's file as it is`,
    {
      hint: `leave out --snapshot or ${other.join(', ')}`,
    },
  );
}

const newStart = (
  { qdxVersion, madeBefore }: BackupParams,
  request: BackupRequest,
  shardRun: ShardRun | null,
): JournalStart =>
  startOfJournal({
    qdxVersion,
    backupId: shardRun?.backupId ?? randomUUID(),
    startedAt: shardRun?.startedAt ?? new Date().toISOString(),
    ...(madeBefore !== undefined && { madeBefore }),
    request,
  });

/** @throws QdxError `usage`: a filter that matches nothing is a mistake, not a backup. */
function assertNotEmpty({ filter }: BackupParams, collections: readonly BackedUpCollection[]): void {
  // One of several shards may be without any.
  const isFound = ({ points, covers, countBefore }: BackedUpCollection) => (covers ? countBefore : points) > 0;
  if (filter === undefined || collections.some(isFound)) return;
  throw new QdxError('usage', `--filter matches no point of ${collections.map(({ name }) => name).join(', ')}`, {
    hint: 'look at the keys of a payload: qdx search ... --json',
  });
}
