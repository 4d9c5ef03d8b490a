/**
 * Which Qdrant has opened a storage: an older one must not touch what a newer one has written.
 *
 * The version files inside of the storage hold the versions of internal parts, not of the server, so qdx keeps its own.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { QdxError } from '../../../lib/errors.ts';
import { compareVersions, minorOf } from '../connection/features.ts';
import type { ServerPaths } from './server-state.ts';

/** @throws QdxError `refused` where a newer minor version has opened the storage. */
export async function assertStorageIsNotNewer(paths: ServerPaths, version: string): Promise<void> {
  const newest = await readStorageVersion(paths);
  if (newest === undefined || compareVersions(minorOf(newest), minorOf(version)) <= 0) return;
  throw new QdxError('refused', `the data in ${paths.dataDir} was opened by Qdrant ${newest}; this one is ${version}`, {
    hint: `start it with Qdrant ${minorOf(newest)} or later (--qdrant-bin), or take another folder (--data-dir)`,
    details: { dataDir: paths.dataDir, storageVersion: newest, version },
  });
}

/** Notes a version where it is the newest so far. */
export async function noteStorageVersion(paths: ServerPaths, version: string): Promise<void> {
  const newest = await readStorageVersion(paths);
  if (newest === undefined || compareVersions(newest, version) < 0) await writeFile(paths.version, `${version}\n`);
}

async function readStorageVersion(paths: ServerPaths): Promise<string | undefined> {
  const text = await readFile(paths.version, 'utf8').catch(() => '');
  return text.trim() || undefined;
}
