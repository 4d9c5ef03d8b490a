/**
 * The folder of a backup: empty, or with an unfinished backup of the same request, or refused.
 */
import { readdir } from 'node:fs/promises';
import { makeFolder } from '../../../lib/make-folder.ts';
import { isDeepStrictEqual } from 'node:util';
import { QdxError } from '../../../lib/errors.ts';
import { stringifyJson } from '../../../lib/json.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { isServerOf } from '../../qdrant/connection/same-server.ts';
import {
  type BackupRequest,
  isLockFile,
  journalName,
  type JournalLine,
  type JournalStart,
  readJournal,
} from '../backup-folder/journal.ts';
import { manifestName } from '../backup-folder/manifest.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface OpenedFolder {
  /** Of the journal of an unfinished backup. */
  readonly lines: readonly JournalLine[];
  /** The manifest is there, only the journal was not yet removed. */
  readonly isFinished: boolean;
}

/** Makes it where it is missing. @throws QdxError `refused` where something else is in it. */
export async function openBackupFolder(folder: string): Promise<OpenedFolder> {
  makeFolder(folder);
  const names = (await readdir(folder)).filter((name) => !isLockFile(name));
  const isFinished = names.includes(manifestName);
  const lines = names.includes(journalName) ? await readJournal(folder) : [];
  if (isFinished && lines.length === 0)
    throw new QdxError('refused', `${folder} holds a finished backup already`, {
      hint: shellText`choose another folder for --to; to check that one: qdx verify ${folder}`,
    });
  const isOurs = lines.length > 0 || names.every((name) => name.startsWith(journalName));
  if (isOurs) return { lines, isFinished };
  throw new QdxError('refused', `${folder} is not empty, and what is in it is no unfinished backup`, {
    hint: 'choose an empty or new folder for --to',
  });
}

interface Now {
  readonly request: BackupRequest;
  readonly connection: Connection;
}

/** @throws QdxError `usage`, naming the difference (F3). */
export function assertSameRequest(folder: string, start: JournalStart, { request, connection }: Now): void {
  const keys = ['collections', 'filter', 'compression', 'method', 'shard'] as const;
  const other = keys.find((candidate) => !isDeepStrictEqual(start.request[candidate], request[candidate]));
  const key = isServerOf(connection, start.request.url) ? other : 'url';
  if (key === undefined) return;
  throw new QdxError(
    'usage',
    `${folder} holds an unfinished backup of another request: ${key} was ${stringifyJson(start.request[key]) ?? 'points'}, ` +
      `now it is ${stringifyJson(request[key]) ?? 'points'}`,
    { hint: 'repeat the first command to finish it, or choose another folder for --to' },
  );
}

/** A folder for a collection: readable, safe on every file system, and unlike all others whatever the names are. */
export const collectionFolder = (index: number, name: string): string =>
  `${String(index + 1).padStart(3, '0')}-${name.replaceAll(/[^A-Za-z0-9_.-]+/gu, '_').slice(0, 80)}`;

export const partFile = (range: number): string => `part-${String(range + 1).padStart(6, '0')}`;
