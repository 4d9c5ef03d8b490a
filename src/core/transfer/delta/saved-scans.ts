/**
 * Scans that a later run on this machine needs, kept until it had them: the first one of a collection that is to be replaced
 * (what was written since then is carried over), and those that late writes are found by. Elsewhere nobody can tell such a
 * write from what was there before.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createPartialFile } from '../../../lib/partial-file.ts';
import { dropCarriedLog } from './carried-log.ts';
import { entryBytes, type IndexFolder, type ScanIndex } from './scan-index.ts';

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
const firstFileName = 'first-scan.json';

/** Of the transfer that fills this collection from this origin. */
export const scansFolderName = (physical: string, origin: string): string =>
  `${physical.replaceAll(/[^\w.-]+/gu, '_')}-${origin.slice(0, 16)}`;

/** For a switch that is about to be made: nothing of these is carried over yet. */
export async function saveScans(folder: IndexFolder, scans: SavedScans): Promise<void> {
  await dropCarriedLog(folder);
  await save(join(folder.path, fileName), scans);
}

export const saveFirstScan = ({ path }: IndexFolder, scan: SavedFirstScan): Promise<void> =>
  save(join(path, firstFileName), scan);

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
  const scan = await read<SavedFirstScan>(join(path, firstFileName));
  if (scan?.origin !== origin || scan.physical !== physical) return null;
  return (await isWhole(scan.index)) ? scan.index : null;
}

async function save(path: string, content: SavedScans | SavedFirstScan): Promise<void> {
  const file = await createPartialFile(path);
  await file.write(Buffer.from(JSON.stringify(content)));
  await file.finish();
}

async function read<T extends SavedScans | SavedFirstScan>(path: string): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as T);
}

async function isWhole({ ranges }: ScanIndex): Promise<boolean> {
  for (const { file, points } of ranges)
    if ((await stat(file).catch(() => null))?.size !== points * entryBytes) return false;
  return true;
}
