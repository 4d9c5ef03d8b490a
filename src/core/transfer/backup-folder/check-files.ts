/**
 * Are the files of a backup those that its manifest lists: all of them, no other, byte for byte?
 */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isLockFile, journalName } from './journal.ts';
import { type FileEntry, manifestName } from './manifest.ts';
import { hashFile } from './part-file.ts';

export type FileFault = 'missing' | 'extra' | 'unreadable' | 'size' | 'changed' | 'swapped';

/** `file` is relative to the backup. */
export type ListedFile = FileEntry;

interface FoundFault {
  readonly file: string;
  readonly kind: FileFault;
  readonly message: string;
}

/** `onFile` hears of each file that was read. */
export async function findFileFaults(
  root: string,
  files: readonly ListedFile[],
  onFile: (bytes: number) => void,
): Promise<FoundFault[]> {
  const faults: FoundFault[] = [];
  for (const entry of files) {
    const fault = await findFault(root, entry, files, onFile);
    if (fault) faults.push({ file: entry.file, ...fault, message: `${entry.file} ${fault.message}` });
  }
  const listed = new Set(files.map(({ file }) => file));
  const folders = [...new Set(files.map(({ file }) => dirname(file)))];
  for (const file of await namesBelow(root, folders)) {
    if (listed.has(file)) continue;
    faults.push({
      file,
      kind: 'extra',
      message: `${file} does not belong to this backup: the manifest does not list it`,
    });
  }
  return faults;
}

async function findFault(
  root: string,
  entry: ListedFile,
  files: readonly ListedFile[],
  onFile: (bytes: number) => void,
): Promise<Omit<FoundFault, 'file'> | null> {
  let found: { readonly sha256: string; readonly sizeBytes: number };
  try {
    found = await hashFile(join(root, entry.file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', message: 'is missing' };
    return { kind: 'unreadable', message: `cannot be read: ${code === 'EISDIR' ? 'it is a folder' : message}` };
  }
  onFile(found.sizeBytes);
  if (found.sha256 === entry.sha256 && found.sizeBytes === entry.sizeBytes) return null;
  const owner = files.find(({ sha256, file }) => sha256 === found.sha256 && file !== entry.file);
  if (owner) return { kind: 'swapped', message: `holds the content of ${owner.file}` };
  const difference = found.sizeBytes - entry.sizeBytes;
  if (difference !== 0) {
    const size = `${found.sizeBytes} bytes instead of ${entry.sizeBytes}`;
    return { kind: 'size', message: `was ${difference < 0 ? 'cut' : 'added to'}: it has ${size}` };
  }
  return {
    kind: 'changed',
    message: `was changed: its sha256 is ${found.sha256}, the manifest says ${entry.sha256}`,
  };
}

/** What qdx itself leaves at the top is no part of a backup. */
const isOwn = (name: string): boolean => name === manifestName || name === journalName || isLockFile(name);

/** Files and folders at the top and in `folders`, relative to `root`; `folders` themselves apart. */
async function namesBelow(root: string, folders: readonly string[]): Promise<string[]> {
  const top = (await readdir(root)).filter((name) => !isOwn(name) && !folders.includes(name));
  const inside = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(root, folder)).catch(() => []);
      return names.map((name) => `${folder}/${name}`);
    }),
  );
  return [...top, ...inside.flat()].toSorted();
}
