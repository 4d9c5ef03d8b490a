/**
 * Roots of a corpus and the names of their sources.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { QdxError } from '../../lib/errors.ts';

export interface CorpusRoot {
  /** Absolute, or relative to the working folder. */
  readonly path: string;
  /** Stable name of what is embedded; part of every chunk's id. */
  readonly source: string;
}

/** The source of a root that was given none: the folder's name; of a file, the name of the folder it lies in. */
export function defaultSource(rootPath: string, isFile: boolean): string {
  const absolute = path.resolve(rootPath);
  return path.basename(isFile ? path.dirname(absolute) : absolute) || 'root';
}

/**
 * The roots without repeats.
 * @throws QdxError usage where two folders share a source: one's chunks would pass for the other's.
 */
export async function checkedRoots(roots: readonly CorpusRoot[]): Promise<CorpusRoot[]> {
  const seen = new Map<string, CorpusRoot>();
  const folders = new Map<string, string>();
  for (const { path: given, source } of roots) {
    const absolute = path.resolve(given);
    if (seen.has(absolute)) continue;
    seen.set(absolute, { path: absolute, source });
    const folder = (await isFolder(absolute)) ? absolute : path.dirname(absolute);
    const other = folders.get(source);
    if (other !== undefined && other !== folder) {
      throw new QdxError('usage', `${other} and ${folder} would both be the source "${source}"`, {
        hint: 'embed them one by one with --source NAME, or embed the folder that holds both',
      });
    }
    folders.set(source, folder);
  }
  return [...seen.values()];
}

export async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
