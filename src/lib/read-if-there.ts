/**
 * The text of a file that need not be there.
 */
import { readFile } from 'node:fs/promises';

/**
 * Null where there is no such file. Whatever else keeps it from being read (permissions, a folder in its place, a failing disk) is
 * thrown: a record of what was accepted or done must never pass for one that was not begun.
 */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    // Node names no path where it opened a folder and could not read it.
    throw Object.assign(error as Error, { path });
  }
}
