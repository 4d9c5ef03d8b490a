/**
 * Backup: collections into a folder that travels, point by point as the server prints them.
 *
 * Order of writes: description and parts (each whole under its name, on the disk), a line in the journal for each, then the
 * manifest, then the journal goes. Killed anywhere, the folder is either a finished backup or says of itself that it is none,
 * and the same command goes on from the last finished part.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { withLockFile } from '../../lib/lock-file.ts';
import { createPartialFile } from '../../lib/partial-file.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { backUpCollection } from './backup/back-up-collection.ts';
import { backUpSnapshot } from './backup/back-up-snapshot.ts';
import { assertSameRequest, openBackupFolder } from './backup/open-folder.ts';
import { progressOf } from './backup/progress-state.ts';
import { type CollectionSelection, selectCollections } from './backup/select-collections.ts';
import {
  type BackupRequest,
  type JournalStart,
  lockName,
  openJournal,
  removeJournal,
  startOfJournal,
} from './backup-folder/journal.ts';
import {
  type BackedUpCollection,
  type BackupManifest,
  type Compression,
  decodeManifest,
  encodeManifest,
  formatName,
  formatVersion,
  manifestName,
} from './backup-folder/manifest.ts';
import { reached } from './steps.ts';

/** The first qdx that reads format version 1. */
const needsQdx = '0.1.0';

export interface BackupParams {
  readonly selection: CollectionSelection;
  /** Where to; made if it is not there. */
  readonly folder: string;
  /** A Qdrant filter; absent: all points. */
  readonly filter?: unknown;
  readonly compression: Compression;
  /** Qdrant's own snapshots instead of points. */
  readonly snapshot?: boolean;
  /** False: only counts are compared. */
  readonly secondScan: boolean;
  /** A collection that changed meanwhile is an error. */
  readonly strict: boolean;
  /** Ranges of ids read at once. */
  readonly parallel: number;
  /** Points of a part; absent: about 64 MB. */
  readonly partPoints?: number;
  readonly qdxVersion: string;
}

export interface BackupSummary {
  readonly folder: string;
  readonly backupId: string;
  /** An earlier run had begun it. */
  readonly resumed: boolean;
  readonly collections: readonly (Omit<BackedUpCollection, 'parts' | 'description'> & { readonly parts: number })[];
  readonly points: number;
  /** Of all files but the manifest. */
  readonly sizeBytes: number;
  readonly durationMs: number;
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
  const folder = resolve(params.folder);
  const collections = await selectCollections(connection, params.selection, run.signal);
  const request: BackupRequest = {
    url: connection.url,
    collections: collections.map(({ physical }) => physical),
    filter: params.filter ?? null,
    compression: params.compression,
    ...(params.snapshot && { method: 'snapshot' }),
  };
  await openBackupFolder(folder);
  const lock = { waitMs: 0, label: folder, ...(run.signal && { signal: run.signal }) };
  return withLockFile(join(folder, lockName), lock, async () => {
    const { lines, isFinished } = await openBackupFolder(folder);
    const [first] = lines;
    const isResumed = first?.type === 'start';
    const start = isResumed ? first : newStart(params, request);
    if (isResumed) assertSameRequest(folder, start, request);
    const summary = { folder, backupId: start.backupId, resumed: isResumed };
    const timed = () => ({ durationMs: performance.now() - startedAt });
    if (isFinished) return { ...summary, ...(await takeAsFinished(folder)), ...timed() };
    const journal = await openJournal(folder);
    try {
      if (!isResumed) await journal.append(start);
      reached(run, 'backup.begun');
      const progress = progressOf(lines);
      const done: BackedUpCollection[] = [];
      for (const [index, listed] of collections.entries()) {
        const input = { ...params, root: folder, backupId: start.backupId, index, listed, journal };
        const back = params.snapshot ? backUpSnapshot : backUpCollection;
        done.push(await back(connection, { ...input, progress: progress.get(listed.physical) }, run));
      }
      assertNotEmpty(params, done);
      await finish(connection, params, start, done, folder, run);
      return { ...summary, ...summarize(done), ...timed() };
    } finally {
      await journal.close();
    }
  });
}

/** A snapshot is one file with all points of a collection. @throws QdxError `usage`. */
function assertFitsSnapshot({ filter, compression, partPoints }: BackupParams): void {
  const other = [
    ...(filter === undefined ? [] : ['--filter']),
    ...(compression === 'none' ? [] : ['--compress']),
    ...(partPoints === undefined ? [] : ['--part-points']),
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

const newStart = ({ qdxVersion }: BackupParams, request: BackupRequest): JournalStart =>
  startOfJournal({ qdxVersion, backupId: randomUUID(), startedAt: new Date().toISOString(), request });

/** @throws QdxError `usage`: a filter that matches nothing is a mistake, not a backup. */
function assertNotEmpty({ filter }: BackupParams, collections: readonly BackedUpCollection[]): void {
  if (filter === undefined || collections.some(({ points }) => points > 0)) return;
  throw new QdxError('usage', `--filter matches no point of ${collections.map(({ name }) => name).join(', ')}`, {
    hint: 'look at the keys of a payload: qdx search ... --json',
  });
}

/** The run that wrote the manifest was killed before it removed its journal. */
async function takeAsFinished(folder: string): Promise<Figures> {
  const path = join(folder, manifestName);
  const { collections } = await decodeManifest(await readFile(path), path);
  await removeJournal(folder);
  return summarize(collections);
}

async function finish(
  connection: Connection,
  { filter, compression, qdxVersion }: BackupParams,
  { backupId, startedAt }: JournalStart,
  collections: readonly BackedUpCollection[],
  folder: string,
  run: RunOptions,
): Promise<void> {
  const manifest: BackupManifest = {
    format: formatName,
    version: formatVersion,
    needsQdx,
    backupId,
    startedAt,
    finishedAt: new Date().toISOString(),
    qdxVersion,
    source: { url: connection.url, qdrantVersion: (await connection.server()).version },
    filter: filter ?? null,
    compression,
    collections,
  };
  const file = await createPartialFile(join(folder, manifestName));
  await file.write(encodeManifest(manifest));
  await file.finish();
  reached(run, 'backup.manifest-written');
  await removeJournal(folder);
  reached(run, 'backup.journal-removed');
}

type Figures = Pick<BackupSummary, 'collections' | 'points' | 'sizeBytes'>;

function summarize(collections: readonly BackedUpCollection[]): Figures {
  const files = collections.flatMap(({ description, parts, snapshot }) => [
    description,
    ...parts,
    ...(snapshot ? [snapshot] : []),
  ]);
  return {
    collections: collections.map(({ parts, description: _description, ...rest }) => ({ ...rest, parts: parts.length })),
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    points: collections.reduce((sum, { points }) => sum + points, 0),
  };
}
