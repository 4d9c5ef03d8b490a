/**
 * Why a file that a user named could not be read, as a sentence with the next thing to do.
 */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { QdxError } from './errors.ts';
import { likelyName } from './nearest.ts';
import { shellLine } from './shell-line.ts';

export interface NamedFile {
  /** As the user typed it. */
  readonly path: string;
  /** What it was to be: `settings file`; absent: `file`. */
  readonly what?: string;
  /** What to do where it is not there; absent: what lies beside it under a similar name, or how to look. */
  readonly hint?: string;
}

/** Undefined for what is no refusal of the file system. */
export function readFailure({ path, what = 'file', hint }: NamedFile, error: unknown): QdxError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new QdxError('notFound', `there is no ${what} ${path}`, { hint: hint ?? lookBeside(path), cause: error });
  if (code === 'EISDIR')
    return new QdxError('usage', `${path} is a folder, not a file`, { hint: 'name a file', cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new QdxError('denied', `${path} may not be read`, { hint: lookAtRights(path), cause: error });
  return undefined;
}

/** For a path that leads nowhere: the name that was perhaps meant, or the command that shows those that are there. */
export function lookBeside(path: string): string {
  const folder = dirname(path);
  const near = likelyName(basename(path), namesIn(folder));
  return near === undefined ? `see what is there: ${shellLine(['ls', folder])}` : `did you mean ${join(folder, near)}?`;
}

export const lookAtRights = (path: string): string => `see whose it is: ${shellLine(['ls', '-ld', path])}`;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
