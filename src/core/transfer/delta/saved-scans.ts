/**
 * Scans that a later run on this machine needs, kept until it had them: the first one of a collection that is to be replaced
 * (what was written since then is carried over), and those that late writes are found by. Elsewhere nobody can tell such a
 * write from what was there before.
 */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../../lib/read-if-there.ts';
import { throwWriteError } from '../../../lib/file-bytes.ts';
import { writeWholeFile } from '../../../lib/partial-file.ts';
import { dropCarriedLog } from './carried-log.ts';
import { entryBytes, type IndexFolder, openIndexFolder, type ScanIndex } from './scan-index.ts';

export interface SavedScans {
  /** Of the transfer, as in its mark. */
  readonly origin: string;
  readonly oldIndex: ScanIndex;
  readonly currentIndex: ScanIndex;
}

export interface SavedFirstScan {
  /** Of the transfer, as in its mark. */
  readonly origin: string;
  /** The collection that was read. */
  readonly physical: string;
  readonly index: ScanIndex;
}

const fileName = 'scans.json';

/** Whose scans lie in a folder. */
export interface ScansOwner {
  /** `serverId` of the server of the collection that is filled. */
  readonly url: string;
  readonly physical: string;
  /** Public name, as in the writer lock: who holds that is at work here. */
  readonly name: string;
  /** Of the transfer, as in its mark. */
  readonly origin: string;
}

const ownerFileName = 'owner.json';
const scansRoot = (scratchFolder: string): string => join(scratchFolder, 'transfers');

/** The same for each run of one transfer: what a killed one left is found by the next. */
export async function openScansFolder(scratchFolder: string, owner: ScansOwner): Promise<IndexFolder> {
  const { physical, origin } = owner;
  const name = `${inFileName(physical)}-${origin.slice(0, 16)}`;
  const folder = await openIndexFolder(join(scansRoot(scratchFolder), name));
  await writeFile(join(folder.path, ownerFileName), JSON.stringify(owner)).catch((error: unknown) =>
    throwWriteError(folder.path, error),
  );
  return folder;
}

/** Folders of scans on this machine; without those of which nobody knows whose they are. */
export async function listScansFolders(scratchFolder: string): Promise<{ path: string; owner: ScansOwner }[]> {
  const root = scansRoot(scratchFolder);
  const found: { path: string; owner: ScansOwner }[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const owner = await read<ScansOwner>(join(root, name, ownerFileName)).catch(() => null);
    if (owner) found.push({ path: join(root, name), owner });
  }
  return found;
}

/** For a switch that is about to be made: nothing of these is carried over yet. */
export async function saveScans(folder: IndexFolder, scans: SavedScans): Promise<void> {
  await dropCarriedLog(folder);
  await save(join(folder.path, fileName), scans);
}

export const saveFirstScan = ({ path }: IndexFolder, scan: SavedFirstScan): Promise<void> =>
  save(join(path, firstFileName(scan.physical)), scan);

/** A restore may replace several collections by one. */
const firstFileName = (physical: string): string => `first-scan-${inFileName(physical)}.json`;

const inFileName = (physical: string): string => physical.replaceAll(/[^\w.-]+/gu, '_');

/** Null where there are none of this transfer, or not whole. */
export async function readScans({ path }: IndexFolder, origin: string): Promise<SavedScans | null> {
  const scans = await read<SavedScans>(join(path, fileName));
  if (scans?.origin !== origin) return null;
  return (await isWhole(scans.oldIndex)) && (await isWhole(scans.currentIndex)) ? scans : null;
}

/** Null where there is none of this transfer and collection, or not whole. */
export async function readFirstScan(
  { path }: IndexFolder,
  { origin, physical }: Omit<SavedFirstScan, 'index'>,
): Promise<ScanIndex | null> {
  const scan = await read<SavedFirstScan>(join(path, firstFileName(physical)));
  if (scan?.origin !== origin || scan.physical !== physical) return null;
  return (await isWhole(scan.index)) ? scan.index : null;
}

async function save(path: string, content: SavedScans | SavedFirstScan): Promise<void> {
  await writeWholeFile(path, JSON.stringify(content));
}

async function read<T extends SavedScans | SavedFirstScan | ScansOwner>(path: string): Promise<T | null> {
  const text = await readIfThere(path);
  return text === null ? null : (JSON.parse(text) as T);
}

async function isWhole({ ranges }: ScanIndex): Promise<boolean> {
  for (const { file, points } of ranges)
    if ((await stat(file).catch(() => null))?.size !== points * entryBytes) return false;
  return true;
}
