/**
 * A folder with all that lead to it. One by one, because Node's own recursive way never ends where a file system takes no
 * folders (`/proc`, measured with Node 20.20).
 */
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { noFoldersCode, throwWriteError } from './file-bytes.ts';

/**
 * Does nothing where it is there.
 * @param mode Of those that are made.
 * @throws QdxError `denied`, `notFound` or `failed`, naming the folder and why.
 */
export function makeFolder(path: string, mode?: number): void {
  try {
    makeFolders(path, mode);
  } catch (error) {
    throwWriteError(path, error);
  }
}

/**
 * For before the work, where the folder itself is made after it.
 * @throws QdxError as `makeFolder` would, as far as it can be known without making anything.
 */
export function assertMayBecomeFolder(path: string): void {
  try {
    const [outermost = join(path, 'file')] = missingFolders(path);
    accessSync(dirname(outermost), constants.W_OK | constants.X_OK);
  } catch (error) {
    throwWriteError(path, error);
  }
}

/** As `makeFolder`, for who has words of their own. @throws what the system says, with its `code`. */
export function makeFolders(path: string, mode?: number): void {
  for (const folder of missingFolders(path)) makeOne(folder, mode);
}

/** From the outermost to `path` itself. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = kindOf(folder);
    if (found === 'file') throw systemError(missing.length === 0 ? 'EEXIST' : 'ENOTDIR');
    if (found === 'folder' || dirname(folder) === folder) return missing;
    missing.unshift(folder);
  }
}

function makeOne(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, mode === undefined ? {} : { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else was faster.
    if (code === 'EEXIST' && kindOf(folder) === 'folder') return;
    // What it lies in is there.
    throw code === 'ENOENT' ? systemError(noFoldersCode) : error;
  }
}

function kindOf(path: string): 'file' | 'folder' | null {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Below a file: that one is found further up.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

const systemError = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });
