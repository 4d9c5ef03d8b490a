/**
 * The entries of one folder, sorted by code unit: the same order on every machine and in every locale.
 */
import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';

type EntryKind = 'file' | 'folder' | 'link' | 'other';

export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
  /** False where the name's bytes are not UTF-8; `name` is then only fit to be shown. */
  readonly named: boolean;
}

/** One letter behind each name keeps a folder of a million entries at one string each. */
const letters = { file: 'f', folder: 'd', link: 'l', other: 'o' } as const satisfies Record<EntryKind, string>;
const kinds = new Map<string, EntryKind>(Object.entries(letters).map(([kind, letter]) => [letter, kind as EntryKind]));

/** @throws what the file system says where the folder cannot be read. */
export async function* listFolder(folder: string): AsyncGenerator<FolderEntry> {
  const packed: string[] = [];
  // Names come as bytes, since Linux allows names that are no UTF-8; the types know only strings.
  for await (const entry of await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: 256 })) {
    packed.push(pack(entry as unknown as Dirent<Buffer>));
  }
  packed.sort();
  for (const entry of packed) {
    const end = entry.length;
    yield {
      name: entry.slice(0, end - 3),
      kind: kinds.get(entry.charAt(end - 2)) ?? 'other',
      named: entry.charAt(end - 1) === '1',
    };
  }
}

/** `name\0f1`: no name holds a NUL, so that sorting what is packed sorts the names. */
function pack(entry: Dirent<Buffer>): string {
  const name = entry.name.toString('utf8');
  const named = Buffer.from(name, 'utf8').equals(entry.name);
  return `${name}\0${letters[kindOf(entry)]}${named ? 1 : 0}`;
}

function kindOf(entry: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}
