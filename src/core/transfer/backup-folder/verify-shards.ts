/**
 * A backup that lies in several folders, one a machine: each is verified by itself, and then whether they are all of it.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { decodeDescription, descriptionDifferences, displayDifference } from '../collection/collection-description.ts';
import { findShardFaults, joinFolders, type ReadFolder, type WholeBackup } from './join-shards.ts';
import { type BackupReport, readSoundBackup, verifyBackup } from './verify-backup.ts';

export interface ShardsReport {
  /** Of each folder, as they were named. */
  readonly folders: readonly BackupReport[];
  /** What keeps sound folders from being one backup, as sentences. */
  readonly problems: readonly string[];
  /** Numbers of shards that were not named. */
  readonly missing: readonly number[];
}

/** Of a single folder too, which may be a shard whose others are elsewhere. @throws QdxError as verifyBackup does. */
export async function verifyShards(folders: readonly string[], run: RunOptions = {}): Promise<ShardsReport> {
  const reports: BackupReport[] = [];
  for (const folder of folders) reports.push(await verifyBackup(folder, run));
  const read = reports.flatMap(({ folder, manifest }) => (manifest ? [{ root: folder, manifest }] : []));
  const isRead = read.length === folders.length;
  const { problems, missing } = isRead ? findShardFaults(read) : { problems: [], missing: [] };
  const isSound = isRead && reports.every((report) => report.problems.length === 0);
  return { folders: reports, problems: [...problems, ...(isSound ? await otherSettings(read) : [])], missing };
}

/**
 * Reads every byte of it.
 * @throws QdxError `verification` for a folder that is not sound, and where the folders are not one whole backup.
 */
export async function readWholeBackup(folders: readonly string[], run: RunOptions): Promise<WholeBackup> {
  const read: ReadFolder[] = [];
  for (const folder of folders) read.push({ root: resolve(folder), manifest: await readSoundBackup(folder, run) });
  const { problems, missing } = findShardFaults(read);
  const [problem] = [...problems, ...(missing.length === 0 ? await otherSettings(read) : [])];
  if (problem !== undefined) throw new QdxError('verification', problem, { details: { problems } });
  if (missing.length === 0) return joinFolders(read);
  throw new QdxError('verification', `${folders.join(', ')}: ${missingText(read, missing)}`, {
    hint: 'name the folders of all shards, in any order',
    details: { missing },
  });
}

/** `shards 2, 3 of 3 of run nightly are missing` */
function missingText(folders: readonly ReadFolder[], missing: readonly number[]): string {
  const shard = folders[0]?.manifest.shard;
  const which = missing.length === 1 ? `shard ${missing[0]}` : `shards ${missing.join(', ')}`;
  return `${which} of ${shard?.shards ?? 1} of run ${shard?.runId ?? ''} ${missing.length === 1 ? 'is' : 'are'} missing`;
}

/** Shards describe the collection each for itself: it may have been changed between them. */
async function otherSettings(folders: readonly ReadFolder[]): Promise<string[]> {
  const [first, ...others] = folders;
  if (!first || others.length === 0) return [];
  const problems: string[] = [];
  for (const { name } of first.manifest.collections) {
    const expected = await describe(first, name);
    for (const other of others) {
      const found = await describe(other, name);
      const [difference] = expected && found ? descriptionDifferences(expected, found) : [];
      if (difference)
        problems.push(`${name} was changed between ${first.root} and ${other.root}: ${displayDifference(difference)}`);
    }
  }
  return problems;
}

async function describe({ root, manifest }: ReadFolder, name: string) {
  const collection = manifest.collections.find((each) => each.name === name);
  if (!collection) return null;
  return decodeDescription(await readFile(join(root, collection.folder, collection.description.file)));
}
