/**
 * The backup that an overwrite, or a re-embedding, begins with: of what is there now, read back and verified. A run that is
 * taken up again finishes its own; a finished one counts only where the collection is still what is in it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { backUp } from './backup.ts';
import type { Consistency } from './backup-folder/manifest.ts';
import { manifestName } from './backup-folder/manifest.ts';
import { readManifest, readSoundBackup } from './backup-folder/verify-backup.ts';
import { type KeptState, stateOf } from './switch/take-name.ts';

export interface SafetyBackupInput {
  readonly physical: string;
  /** Of the backup; where one of another state of the collection is there, the same with -2, -3... */
  readonly path: string;
  readonly parallel: number;
  readonly qdxVersion: string;
  /** The command that it precedes: `qdx upload --force`. */
  readonly madeBefore: string;
}

export interface SafetyBackup {
  readonly folder: string;
  readonly points: number;
  readonly sizeBytes: number;
  /** `scroll-while-writing`: the collection was changed while it was read. */
  readonly consistency: Consistency;
}

/** @throws QdxError `verification` where the backup is not what was written, `failed` where the disk is full. */
export async function makeSafetyBackup(
  connection: Connection,
  input: SafetyBackupInput,
  run: RunOptions,
): Promise<SafetyBackup> {
  let now: KeptState | undefined;
  for (let number = 1; ; number++) {
    const folder = number === 1 ? input.path : `${input.path}-${number}`;
    if (existsSync(join(folder, manifestName))) {
      now ??= await stateOf(connection, input.physical, run);
      if (await holds(folder, now)) return readBack(folder, run);
    } else if (await tryBackUp(connection, folder, input, run)) return readBack(folder, run);
  }
}

async function holds(folder: string, now: KeptState): Promise<boolean> {
  const [collection] = (await readManifest(folder)).collections;
  return collection?.points === now.points && collection.pointsHash === now.pointsHash;
}

/** False where an unfinished one of another state of the collection is in the folder. */
async function tryBackUp(
  connection: Connection,
  folder: string,
  { physical, parallel, qdxVersion, madeBefore }: SafetyBackupInput,
  run: RunOptions,
): Promise<boolean> {
  const isTakenUp = existsSync(folder);
  const selection = { names: [physical], patterns: [], all: false };
  const how = { compression: 'none', secondScan: true, strict: false, parallel, qdxVersion, madeBefore } as const;
  try {
    await backUp(connection, { selection, folder, ...how }, run);
    return true;
  } catch (error) {
    if (isTakenUp && isQdxError(error) && error.kind === 'usage') return false;
    throw error;
  }
}

async function readBack(folder: string, run: RunOptions): Promise<SafetyBackup> {
  const { collections } = await readSoundBackup(folder, run);
  const [collection] = collections;
  const files = collections.flatMap(({ description, parts }) => [description, ...parts]);
  return {
    folder,
    points: collection?.points ?? 0,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    consistency: collection?.consistency ?? 'scroll-unchecked',
  };
}
