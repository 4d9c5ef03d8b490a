/**
 * `journal.jsonl`: how far an unfinished backup is. One line a fact, each on the disk before the next step, so that a run
 * that was killed is taken up where it was: borders as they were drawn, parts as they were finished. Removed when the manifest
 * is there.
 */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../../lib/read-if-there.ts';
import { QdxError } from '../../../lib/errors.ts';
import { throwWriteError } from '../../../lib/file-bytes.ts';
import { parseJson, stringifyJson } from '../../../lib/json.ts';
import type { IdRange, RangeDigest } from '../points/scan-range.ts';
import type { Compression, FileEntry, PartEntry } from './manifest.ts';

export const journalName = 'journal.jsonl';
/** Held by the run that writes the folder. */
export const lockName = '.lock';
/** The lock, and what a run leaves of it that was killed while taking it. */
export const isLockFile = (name: string): boolean => name === lockName || name.startsWith(`${lockName}.`);
const journalVersion = 1;

/** What has to be the same for a run to go on with the work of an earlier one. */
export interface BackupRequest {
  /** `serverId` of a connection. */
  readonly url: string;
  readonly collections: readonly string[];
  readonly filter: unknown;
  readonly compression: Compression;
  /** `snapshot`: Qdrant's own. Absent, as in older journals: by points. */
  readonly method?: 'snapshot';
  /** One of several machines: `2/3 of nightly`. */
  readonly shard?: string;
}

export interface JournalStart {
  readonly type: 'start';
  readonly version: number;
  readonly qdxVersion: string;
  readonly backupId: string;
  readonly startedAt: string;
  /** The command that a backup of its own precedes: `qdx upload --force`. Absent: `qdx backup`. */
  readonly madeBefore?: string;
  readonly request: BackupRequest;
}

export interface JournalCollection {
  readonly type: 'collection';
  readonly name: string;
  readonly folder: string;
  readonly countBefore: number;
  readonly ranges: readonly IdRange[];
  /** Of a shard: the number of its first range among those of all, from 0. */
  readonly firstRange?: number;
}

/** `part` null: the range holds no point. A later line for the same range counts. */
interface JournalPart {
  readonly type: 'part';
  readonly collection: string;
  readonly range: number;
  readonly part: PartEntry | null;
}

/** The range has to be read again: it changed. */
interface JournalStale {
  readonly type: 'stale';
  readonly collection: string;
  readonly range: number;
}

/** The server is about to be asked for a snapshot. */
interface JournalSnapshotAnnounced {
  readonly type: 'snapshot-announced';
  readonly collection: string;
  /** Absent: of the whole collection. */
  readonly shard?: number;
  readonly before: RangeDigest | null;
  readonly known: readonly string[];
}

/** It is on the server, and has to be removed from there. */
interface JournalSnapshotMade {
  readonly type: 'snapshot-made';
  readonly collection: string;
  /** Absent: of the whole collection. */
  readonly shard?: number;
  readonly name: string;
}

/** It is in the folder, whole. */
interface JournalSnapshotFile {
  readonly type: 'snapshot-file';
  readonly collection: string;
  /** Absent: of the whole collection. */
  readonly shard?: number;
  readonly file: FileEntry;
}

export type JournalLine =
  | JournalStart
  | JournalCollection
  | JournalPart
  | JournalStale
  | JournalSnapshotAnnounced
  | JournalSnapshotMade
  | JournalSnapshotFile;

export interface Journal {
  append(line: JournalLine): Promise<void>;
  close(): Promise<void>;
}

export async function openJournal(folder: string): Promise<Journal> {
  const path = join(folder, journalName);
  await dropTornLine(path);
  const handle = await open(path, 'a').catch((error: unknown) => throwWriteError(path, error));
  let last: Promise<void> = Promise.resolve();
  const write = async (line: JournalLine) => {
    await handle.appendFile(`${stringifyJson(line)}\n`).catch((error: unknown) => throwWriteError(path, error));
    await handle.sync().catch((error: unknown) => throwWriteError(path, error));
  };
  return {
    append: (line) => {
      last = last.then(() => write(line));
      return last;
    },
    close: () => handle.close(),
  };
}

/** Empty where there is none. @throws QdxError `refused` for a journal of a newer qdx, `verification` for a damaged one. */
export async function readJournal(folder: string): Promise<JournalLine[]> {
  const path = join(folder, journalName);
  const text = (await readIfThere(path)) ?? '';
  // What follows the last newline was being written when the run was killed.
  const lines = text.split('\n').slice(0, -1);
  const parsed = lines.map((line, index) => parseLine(line, path, index + 1));
  const [start] = parsed;
  if (start?.type === 'start' && start.version > journalVersion)
    throw new QdxError('refused', `${path} was begun by qdx ${start.qdxVersion}, in a newer format`, {
      hint: `use qdx ${start.qdxVersion} or later, or begin in another folder`,
    });
  return parsed;
}

export const removeJournal = (folder: string): Promise<void> => rm(join(folder, journalName), { force: true });

export const startOfJournal = (start: Omit<JournalStart, 'type' | 'version'>): JournalStart => ({
  type: 'start',
  version: journalVersion,
  ...start,
});

function parseLine(line: string, path: string, number: number): JournalLine {
  try {
    return parseJson(line) as JournalLine;
  } catch {
    throw new QdxError('verification', `${path} line ${number} is no JSON`, {
      hint: 'begin again in another folder',
    });
  }
}

/** Nothing may follow half a line. */
async function dropTornLine(path: string): Promise<void> {
  const handle = await open(path, 'r+').catch(() => null);
  if (!handle) return;
  try {
    const bytes = await handle.readFile();
    await handle.truncate(bytes.lastIndexOf(0x0a) + 1);
  } finally {
    await handle.close();
  }
}
