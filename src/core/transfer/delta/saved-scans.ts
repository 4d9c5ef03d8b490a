/**
 * The scans that late writes are found by, kept until they were looked for: a run that was killed after the switch is finished
 * by the next one on this machine. Elsewhere nobody can tell a late write from a new one.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createPartialFile } from '../../../lib/partial-file.ts';
import { entryBytes, type IndexFolder, type ScanIndex } from './scan-index.ts';

export interface SavedScans {
  /** Of the transfer, as in its mark. */
  readonly origin: string;
  readonly oldIndex: ScanIndex;
  readonly currentIndex: ScanIndex;
}

const fileName = 'scans.json';

export async function saveScans({ path }: IndexFolder, scans: SavedScans): Promise<void> {
  const file = await createPartialFile(join(path, fileName));
  await file.write(Buffer.from(JSON.stringify(scans)));
  await file.finish();
}

/** Null where there are none of this transfer, or not whole. */
export async function readScans({ path }: IndexFolder, origin: string): Promise<SavedScans | null> {
  const text = await readFile(join(path, fileName), 'utf8').catch(() => null);
  const scans = text === null ? null : (JSON.parse(text) as SavedScans);
  if (scans?.origin !== origin) return null;
  for (const { file, points } of [...scans.oldIndex.ranges, ...scans.currentIndex.ranges])
    if ((await stat(file).catch(() => null))?.size !== points * entryBytes) return null;
  return scans;
}
